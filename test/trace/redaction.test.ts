/** RD1 over all recordings: no number and no name of a caller leaves, and everything else does. */
import { type Redaction, type SiteEvent, stateMapOf } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { startRedaction } from "../../connector/src/redaction/start.ts";
import { readAllBytes, replay, traceNames, versions } from "./replay.ts";
import { leaksIn, secretsIn } from "./secrets.ts";

const modes: readonly Redaction[] = [
  { numbers: "last4", names: "initials", recordings: "name" },
  { numbers: "hash", names: "all", recordings: "all" },
  { numbers: "all", names: "all", recordings: "name" },
];
const hidden = ["number", "name", "consulting", "recording", "callerId", "callers"];

/** Everything of a recording that goes to the site: events, and the states at its end. */
function publishedIn(version: (typeof versions)[number], name: string) {
  const { published, pipeline } = replay(version, name);
  const events = published.flatMap(({ event }) => (event.type === "ami" ? [] : [event]));
  return { events, states: pipeline.snapshot()?.events ?? [], isAgent: pipeline.lookup.isAgent };
}

function agentNames(events: readonly SiteEvent[]): ReadonlySet<string> {
  return new Set(events.flatMap((event) => (event.type === "agentName" ? [event.name] : [])));
}

/** A name that EV1 and EV9 have is the agent's own. */
function rest(event: SiteEvent): object {
  const own = event.type === "agentName" || event.type === "memberSummary";
  return Object.fromEntries(Object.entries(event).filter(([field]) => own || !hidden.includes(field)));
}

describe.each(versions)("recorded on %s", (version) => {
  const bytes = new Map(readAllBytes(version).map((file) => [file.name.replace(".ami.gz", ""), file.bytes.toString()]));

  it("nothing of a caller is in what leaves, and all other fields are the same", () => {
    let found = 0;
    for (const name of traceNames(version)) {
      const { events, states, isAgent } = publishedIn(version, name);
      const secrets = secretsIn(bytes.get(name) ?? "", agentNames(events));
      found += leaksIn(JSON.stringify([events, states]), secrets).length;
      for (const chosen of modes) {
        const redaction = startRedaction({ modes: chosen, key: "k".repeat(32) }, "hq", isAgent);
        const shown = { events: redaction.events(events), states: redaction.events(states) };
        expect([name, leaksIn(JSON.stringify(shown), secrets)]).toEqual([name, []]);
        expect([...stateMapOf(shown.states).keys()]).toEqual([...stateMapOf(states).keys()]);
        expect([name, shown.events.map(rest), shown.states.map(rest)]).toEqual([
          name,
          events.map(rest),
          states.map(rest),
        ]);
      }
    }
    expect(found, "numbers and names that leave without redaction").toBeGreaterThan(50);
  });
});

describe("the search finds what is planted", () => {
  const secrets = secretsIn(
    'CallerIDNum: +14155550100\r\nConnectedLineName: Al \\"Q\\"\r\nCallerIDNum: 1001\r\n',
    new Set(),
  );

  it.each([
    ['{"pausedReason":"for +14155550100"}', 1],
    ['{"channel":"Local/14155550100@out-00000012;1"}', 1],
    [JSON.stringify({ reason: 'Al \\"Q\\"' }), 1],
    ['{"agent":"1001","callId":"114155550100.42","type":"parkedCallAl"}', 0],
  ])("%s", (text, count) => {
    expect(secrets.size).toBe(2);
    expect(leaksIn(text, secrets)).toHaveLength(count);
  });
});

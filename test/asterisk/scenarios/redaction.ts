/** RD1, RD2: a connector that redacts, beside those under test: what leaves it, and what its commands do. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SiteEvent, stateKey } from "@pbxis/shared";
import { type ScriptedSite, startScriptedSite } from "../../../connector/src/testing/scripted-site.ts";
import { startConnector } from "../../harness/connector.ts";
import { freePort } from "../../harness/port.ts";
import { until } from "../../harness/wait.ts";
import { leaksIn } from "../../trace/secrets.ts";
import { accounts } from "../config.ts";
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";
import { completed, connectQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const caller = { number: "+14155550188", name: "Zoe Zebra" };
const secrets = [caller.number.slice(1), caller.name, "Zoe", "Zebra"];
const modes = {
  PBXIS_REDACT_NUMBERS: "last4",
  PBXIS_REDACT_NAMES: "initials",
  PBXIS_REDACT_RECORDINGS: "name",
  PBXIS_REDACT_KEY: "k".repeat(32),
};
/** RD1 changes these; `at` and `since` differ between two connectors. */
const differing = ["number", "name", "at", "since"];

const eventsOf = ({ frames }: ScriptedSite) => frames.flatMap((frame) => ("events" in frame ? frame.events : []));

function statesOf(events: readonly SiteEvent[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const event of events) {
    const key = stateKey(event);
    const fields = Object.entries(event).filter(([name]) => !differing.includes(name));
    if (key !== undefined) states.set(key, JSON.stringify(fields.sort()));
  }
  return states;
}

/** Both connectors see the same, but for what is hidden. */
async function expectSameStates(bed: TestBed, site: ScriptedSite): Promise<void> {
  const [observer] = bed.observers;
  if (!observer) return;
  let different: unknown;
  const isSame = async () => {
    const redacted = statesOf(eventsOf(site));
    const others = statesOf((await observer.state()).events);
    different = [...others]
      .filter(([key, text]) => redacted.get(key) !== text)
      .map((one) => [...one, redacted.get(one[0])]);
    return Array.isArray(different) && different.length === 0;
  };
  await until("the same states with and without redaction", isSame, { evidence: () => different });
}

/** Hangs up by the call that the site has been shown (CM10). */
async function hangUpAsSeen(site: ScriptedSite): Promise<void> {
  const isCall = (event: SiteEvent) =>
    event.type === "phoneNumber" && event.agent === "1003" && event.number === "…0188" && event.name === "Z. Z.";
  const seen = eventsOf(site).findLast(isCall);
  if (seen?.type !== "phoneNumber") throw new Error("the call is not shown redacted");
  const { callId, uniqueId } = seen;
  site.send("by-the-call", { type: "hangup", agent: "1003", callId, uniqueId });
  await until("the outcome", () => site.outcomes().length > 0);
  expectThat(`the call was hung up: ${JSON.stringify(site.outcomes())}`, site.outcomes()[0]?.[1].status === "done");
}

async function playRedacted(bed: TestBed, site: ScriptedSite, folder: string): Promise<void> {
  const spool = join(folder, "spool");
  const port = await freePort();
  const env = { ...bed.lab.place.installation.settings, ...modes, PBXIS_SPOOL: spool, PBXIS_WATCH_PORT: String(port) };
  const connector = await startConnector({
    edgeUrl: new URL(`http://127.0.0.1:${site.port}`),
    ami: { port: 5038, host: bed.lab.place.address, ...accounts.least },
    token: "none",
    env,
  });
  try {
    await until("a snapshot", () => site.frames.some(({ type }) => type === "snapshot"));
    await connectQueueCall(bed, "sales", caller, "1003");
    await expectSameStates(bed, site);
    await hangUpAsSeen(site);
    await bed.expectStates("hung up by a command");
    await until("the end of the call", () => eventsOf(site).some(({ type }) => type === "agentComplete"));
    // What follows is not acknowledged, so it stays in the spool.
    await site.stop();
    await connectQueueCall(bed, "sales", caller, "1003");
    await hangUp(bed);
    const kept = () => readFile(spool, "utf8");
    const isKept = async () => {
      const text = await kept();
      return text.includes("agentComplete") && text.includes("queueCallEnded");
    };
    await until("the spool", isKept, { evidence: kept });
    const pages = ["metrics", "healthz"].map(async (path) => (await fetch(`http://127.0.0.1:${port}/${path}`)).text());
    const left = [JSON.stringify(site.frames), await kept(), connector.output(), ...(await Promise.all(pages))].join(
      "\n",
    );
    const found = leaksIn(left, secrets);
    expectThat(`nothing of the caller has left: ${found}`, found.length === 0);
    expectThat("the number's end has left", left.includes('"number":"…0188","name":"Z. Z."'));
    expectThat("the recording's name is hashed", /"recording":"[^"]*\/#[0-9a-f]{12}\.wav"/.test(left));
  } finally {
    await connector.kill();
  }
}

export const redaction: readonly Scenario[] = [
  {
    name: "RD1 RD2 nothing of a caller leaves a connector that redacts, and commands name the call as seen",
    run: async (bed) => {
      const site = await startScriptedSite();
      const folder = await mkdtemp(join(tmpdir(), "pbxis-redaction-"));
      try {
        await playRedacted(bed, site, folder);
      } finally {
        await site.stop();
        await rm(folder, { recursive: true });
      }
      return {
        numbers: { "1003": [caller.number, null, caller.number, null] },
        counts: { sales: [1, 0, 1, 0] },
        devices: { "1003": [...device.answers, ...device.answers] },
        occurrences: [completed("1003", "sales", {}), completed("1003", "sales", {})],
      };
    },
  },
];

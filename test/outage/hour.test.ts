/**
 * An hour without uplink in a center of a thousand seats, with the connector's session and outbox and the site's
 * ingress at their real limits. The simulation (test/sim) does not cover this: its outages last seconds, and its
 * overflows need lowered limits.
 */
import { applyEvent, type ConnectorFrame, type SiteEvent, type StateMap, stateKey } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { outboxLimits } from "../../connector/src/uplink/frame-fit.ts";
import { createSession, nextDueAt, stepSession, type UplinkSession } from "../../connector/src/uplink/session.ts";
import type { SessionInput } from "../../connector/src/uplink/session-io.ts";
import { createMeta } from "../../worker/src/site/meta.ts";
import { noDuplicates } from "../../worker/src/site/uplink/duplicates.ts";
import { type Site, stepFrame, stepHello } from "../../worker/src/site/uplink/ingress.ts";
import { busyCenter, thousandSeats } from "./busy-center.ts";

const identity = { epoch: "k1", startedAt: 1, connectorVersion: "0" };
const ami = { up: true, asOf: 1, asteriskVersion: "22.0.0" };

/** A connector's uplink session and a site, connected by a link that can be cut. */
function createPair() {
  let session: UplinkSession = createSession(identity, 0);
  let site: Site = { meta: createMeta("e1"), states: new Map(), parts: [], duplicates: noDuplicates };
  const truth: StateMap = new Map();
  const logged: SiteEvent[] = [];
  let now = 0;

  function handle(input: SessionInput): void {
    const next = stepSession(session, input);
    session = next.session;
    for (const output of next.outputs) {
      if (output.kind === "snapshotDue") handle({ kind: "snapshot", at: now, events: [...truth.values()], ami });
      else if (output.kind === "send" && output.text !== "ping") siteReceives(JSON.parse(output.text));
    }
  }

  function siteReceives(frame: ConnectorFrame): void {
    if (frame.type === "outcome" || frame.type === "report") return;
    const result =
      frame.type === "hello"
        ? stepHello(site, frame, now)
        : stepFrame(site, frame, { now, freshEpoch: `e${site.meta.sequence}` });
    expect(result.close).toBeNull();
    const { commit } = result;
    if (commit) {
      const states = new Map(commit.replaceStates ?? site.states);
      if (!commit.replaceStates) for (const item of commit.items) if (item.type !== "link") applyEvent(states, item);
      for (const item of commit.items) if (item.type !== "link" && stateKey(item) === undefined) logged.push(item);
      const parts =
        commit.parts === "keep" ? site.parts : commit.parts === "drop" ? [] : [...site.parts, commit.parts.events];
      site = { meta: commit.meta, states, parts, duplicates: commit.duplicates ?? site.duplicates };
    }
    if (result.reply) handle({ kind: "message", text: JSON.stringify(result.reply), at: now, random: 0 });
  }

  return {
    connect: () => {
      now = Math.max(now, nextDueAt(session) ?? 0);
      handle({ kind: "due", at: now, random: 0 });
      handle({ kind: "opened", at: now });
    },
    cut: () => handle({ kind: "ended", ending: { kind: "closed", code: 1006, reason: "" }, at: now, random: 0 }),
    push: (events: readonly SiteEvent[]) => {
      now += 1000;
      for (const event of events) {
        applyEvent(truth, event);
        session.outbox.pushEvent(event);
      }
      handle({ kind: "pushed", at: now });
    },
    outbox: () => session.outbox,
    site: () => site,
    truth: () => truth,
    logged: () => logged,
  };
}

/** Without times: a state that returns to its last published value is not published again. */
const valuesOf = (states: ReadonlyMap<string, SiteEvent>) =>
  new Map([...states].map(([key, event]) => [key, JSON.stringify({ ...event, at: 0, since: 0 })]));

const completions = (events: readonly SiteEvent[]) => events.filter(({ type }) => type === "agentComplete");

describe("UP6 an hour without uplink", () => {
  it.each([
    ["a thousand seats: every occurrence fits into the outbox", thousandSeats],
    ["twice the calls: dropped occurrences are counted and reported", { ...thousandSeats, callsPerSecond: 20 }],
  ])("%s", { timeout: 180_000 }, (_title, size) => {
    const pair = createPair();
    const happened: SiteEvent[] = [];
    pair.connect();
    const day = busyCenter(size, 3700);
    const live = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        const { value: events } = day.next();
        if (!events) throw new Error("the day is over");
        happened.push(...completions(events));
        pair.push(events);
      }
    };
    live(50);
    expect(completions(pair.logged())).toEqual(happened);
    const { epoch } = pair.site().meta;
    pair.cut();
    live(3600);
    const { lost, gauges } = pair.outbox();
    expect(gauges.occurrences).toBeLessThanOrEqual(outboxLimits.occurrences);
    expect(gauges.occurrenceBytes).toBeLessThanOrEqual(outboxLimits.occurrenceBytes);
    // States collapse, so the outbox has at most one item for each state.
    expect(gauges.states).toBeLessThanOrEqual(pair.truth().size);
    expect(lost).toBe(Math.max(0, 3600 * size.callsPerSecond - outboxLimits.occurrences));
    pair.connect();
    live(50);
    expect(valuesOf(pair.site().states)).toEqual(valuesOf(pair.truth()));
    expect(pair.site().meta.lost.total).toBe(lost);
    // UP6: after a loss the site starts a new epoch, so that resuming clients receive a snapshot and notice the gap.
    expect(pair.site().meta.epoch === epoch).toBe(lost === 0);
    const kept = happened.filter(
      (_, index) => index < 50 * size.callsPerSecond || index >= 50 * size.callsPerSecond + lost,
    );
    expect(completions(pair.logged())).toEqual(kept);
  });
});

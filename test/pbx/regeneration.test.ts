/**
 * Live events ≡ regeneration: whatever happened at the PBX, the model that followed it live tells the same states as one that has just
 * read the lists, and both tell what is really going on.
 *
 * What no list can tell is excepted: that the agent himself holds (EV2), and times of telling. So is a queue's average hold time, which
 * Asterisk counts at the answer and the model at the call's end. Once somebody was moved away from his agent, Asterisk has counted the call
 * and tells so only at the caller's own end: until then the counts differ, and the average talk time may differ by its rounding. What a member
 * has taken is told with the next change of his phone: who was moved away from his caller himself stays on the phone, and only who has seen it
 * knows which queue his call came by.
 */
import type { Event } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AmiEvent, decodeEvent } from "../../connector/src/ami/event.ts";
import { Framer } from "../../connector/src/ami/framer.ts";
import { createFeed, type Feed } from "../../connector/src/feed.ts";
import { createAgentRule } from "../../connector/src/model/agent.ts";
import { type Command, createPbx, type Pbx } from "./core.ts";
import { listOf } from "./lists.ts";
import { type Packet, renderPacket } from "./packet.ts";
import { requestOf } from "./request.ts";
import { banner } from "./session.ts";
import { defaultAgents, defaultQueues } from "./start.ts";
import { askOf } from "./story.ts";
import { partyOf } from "./world.ts";

const numRuns = Number(process.env.PBXIS_TEST_RUNS) || 150;
const begin = 1_795_425_023_000;
const lists = [
  ["queues", "QueueStatus"],
  ["channels", "CoreShowChannels"],
  ["extensions", "ExtensionStateList"],
  ["devices", "DeviceStateList"],
] as const;

type Follower = Readonly<{ feed: Feed; take: (packets: readonly Packet[], now: number) => void }>;

/** A connector's model behind the connector's own framer and decoders. */
function follow(): Follower {
  const feed = createFeed(createAgentRule());
  const framer = new Framer();
  framer.push(Buffer.from(banner));
  const take = (packets: readonly Packet[], now: number) => {
    for (const framed of framer.push(Buffer.from(packets.map(renderPacket).join("")))) {
      const event: AmiEvent | undefined = framed.kind === "packet" ? decodeEvent(framed.packet, now) : undefined;
      if (framed.kind !== "packet" || event?.kind === "malformed")
        throw new Error(`unreadable: ${JSON.stringify(framed)}`);
      if (event) feed.take(event);
    }
    feed.tick(now);
  };
  return { feed, take };
}

/** Reads all lists, as the link does after its login. */
function regenerate({ feed, take }: Follower, pbx: Pbx, now: number): void {
  feed.take({ kind: "regenerationStarted", at: now });
  for (const [list, action] of lists) {
    const answer = listOf(pbx.world, action);
    take(
      (answer?.items ?? []).map((item): Packet => [...item, ["ActionID", "1"]]),
      now,
    );
    feed.take({ kind: "listCompleted", list, at: now });
  }
  feed.up(now, now, "22.10.1");
}

/** Time for what the feed holds back: summaries, and calls that may be on the way to another bridge. */
function settle({ feed }: Follower, now: number): void {
  for (let step = 1; step <= 10; step++) feed.tick(now + step * 1000);
}

type Comparable = Record<string, unknown>;

function statesOf({ feed }: Follower, pbx: Pbx, wasMoved: boolean): Map<string, Comparable> {
  const held = new Set([...pbx.world.channels].filter(({ holds }) => holds).map(({ device }) => device.agent?.id));
  const movedAway = new Set([...pbx.world.calls].filter(({ served }) => served?.isLate).map(({ queue }) => queue.name));
  const onThePhone = new Set([...pbx.world.channels].map(({ device }) => device.agent?.id));
  const states = new Map<string, Comparable>();
  for (const event of feed.snapshot()?.events ?? []) {
    const { at: _at, since: _since, ...state }: Comparable & { at?: number; since?: number } = { ...event };
    if ("agent" in event && held.has(event.agent)) for (const name of ["status", "deviceStatus"]) delete state[name];
    if ("longestWaitSince" in state && state.longestWaitSince !== null)
      state.longestWaitSince = Math.floor(Number(state.longestWaitSince) / 1000);
    if (event.type === "queueSummary")
      for (const name of ["longestHoldTime", "holdTime", ...(wasMoved ? ["talkTime"] : [])]) delete state[name];
    if (event.type === "memberSummary" && wasMoved && onThePhone.has(event.agent))
      for (const name of ["callsTaken", "lastCall", "inCall"]) delete state[name];
    if (event.type === "queueSummary" && movedAway.has(event.queue))
      for (const name of ["completed", "serviceLevelPerf"]) delete state[name];
    states.set([event.type, state.agent, state.queue].join(), state);
  }
  return states;
}

function eventOf<Type extends Event["type"]>(feed: Feed, type: Type, agent: string | null, queue: string | null) {
  return feed.snapshot()?.events.find((event): event is Extract<Event, { type: Type }> => {
    const scope = event as { agent?: string; queue?: string };
    return event.type === type && (scope.agent ?? null) === agent && (scope.queue ?? null) === queue;
  });
}

/** `live`: has followed what no list tells. */
function expectTruth({ feed }: Follower, pbx: Pbx, live: boolean): void {
  const truth = pbx.truth();
  const holders = new Set([...pbx.world.channels].filter(({ holds }) => holds).map(({ device }) => device.agent?.id));
  for (const [agent, { status, number }] of Object.entries(truth.agents)) {
    if (live || !holders.has(agent))
      expect([agent, eventOf(feed, "extensionStatus", agent, null)?.status]).toEqual([agent, status]);
    expect([agent, eventOf(feed, "phoneNumber", agent, null)?.number]).toEqual([agent, number]);
  }
  for (const [queue, { waiting, members }] of Object.entries(truth.queues)) {
    expect([queue, eventOf(feed, "queueCount", null, queue)?.count]).toEqual([queue, waiting]);
    for (const [agent, { paused, reason, penalty }] of Object.entries(members)) {
      const told = eventOf(feed, "queueMemberStatus", agent, queue);
      expect([agent, queue, told?.status === "paused", told?.pausedReason ?? "", told?.penalty]).toEqual([
        agent,
        queue,
        paused,
        paused ? reason : "",
        penalty,
      ]);
    }
  }
}

const agent = fc.constantFrom(...defaultAgents.map(({ id }) => id));
const queue = fc.constantFrom(...defaultQueues.map(({ name }) => name));
const queueOrAll = fc.option(queue, { nil: null });
const ofPhone = fc.record({ kind: fc.constantFrom("answer", "hangup", "hold", "unhold", "park", "decline"), agent });

/** `nth`: the how-manieth call that is there now. */
type OfNth = Readonly<{ kind: "abandonNth" | "stopNth"; nth: number }>;
/** What a manager asks for; `nth`: about the how-manieth channel that is there now. */
type Asked = Readonly<{ ask: "Originate" | "Redirect" | "Park" | "Hangup"; nth: number; agent: string; exten: string }>;
type Wish = Command | OfNth | Asked;
const wish: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("call"),
      queue,
      number: fc.constantFrom("+14155550100", "5550123"),
      name: fc.constantFrom("Alice", ""),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("answer"), agent }) },
  { weight: 4, arbitrary: ofPhone },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("direct", "redirect"), agent, to: agent }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("abandonNth", "stopNth"), nth: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retrieve"), agent, space: fc.constantFrom("701", "702") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pause"),
      agent,
      queue: queueOrAll,
      reason: fc.constantFrom("Lunch", ""),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unpause"), agent, queue: queueOrAll }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add"), agent, queue, penalty: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("remove"), agent, queue }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ask: fc.constantFrom("Originate", "Originate", "Redirect", "Park", "Park", "Hangup"),
      nth: fc.nat(6),
      agent,
      exten: fc.oneof(agent, fc.constantFrom("5001", "5002", "914155559999", "701", "702", "77")),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("behave"),
      who: fc.oneof(agent, fc.constant("914155559999")),
      behaviour: fc.constantFrom(
        null,
        { kind: "busy" },
        { kind: "noAnswer" },
        { kind: "answer", afterMs: 3000 },
        { kind: "decline", afterMs: 2000 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("register", "unregister"), agent }) },
) as fc.Arbitrary<Wish>;

/**
 * Every second parking is announced. Agents themselves are not parked: no list tells that two who are parked at once share a bridge in which
 * nobody talks.
 */
function headersOf(pbx: Pbx, { ask, nth, agent: id, exten }: Asked): readonly (readonly [string, string])[] {
  const any = [...pbx.world.channels][nth];
  const channel = ask === "Park" && any?.device.agent ? undefined : any;
  const name = ["Channel", channel?.name ?? "none"] as const;
  const where = [
    ["Context", "from-agents"],
    ["Exten", exten],
    ["Priority", "1"],
  ] as const;
  const party = channel && nth % 2 === 0 ? partyOf(channel) : undefined;
  if (ask === "Hangup") return [name];
  if (ask === "Redirect") return [name, ...where];
  if (ask === "Park") return [name, ["Timeout", "8000"], ...(party ? [["TimeoutChannel", party.name] as const] : [])];
  return [["Channel", `PJSIP/${id}`], ["Async", "true"], ["ChannelId", `own-${pbx.world.nextSerial}`], ...where];
}

/** Whether it could be done. */
function carryOut(pbx: Pbx, wished: Wish, now: number): boolean {
  if ("ask" in wished) {
    const headers = [["Action", wished.ask], ["ActionID", "a"], ...headersOf(pbx, wished)] as const;
    return askOf(pbx, requestOf(headers), now).response === "Success";
  }
  const command = commandOf(pbx, wished);
  return command !== undefined && pbx.run(command, now);
}

const isMove = (wished: Wish) =>
  "ask" in wished ? wished.ask !== "Originate" : wished.kind === "park" || wished.kind === "redirect";

function commandOf(pbx: Pbx, wished: Command | OfNth): Command | undefined {
  if (!("nth" in wished)) return wished;
  const callId = [...pbx.world.calls][wished.nth]?.channel.uniqueId;
  const kind = wished.kind === "abandonNth" ? "abandon" : "stopRinging";
  return callId === undefined ? undefined : { kind, callId };
}

describe("live events ≡ regeneration", () => {
  it("after any day at the office", () => {
    const day = fc.array(fc.tuple(wish, fc.integer({ min: 50, max: 9000 })), { maxLength: 80, size: "max" });
    let done = 0;
    fc.assert(
      fc.property(day, (steps) => {
        let now = begin;
        let wasMoved = false;
        const pbx = createPbx(defaultQueues, defaultAgents, now);
        const live = follow();
        regenerate(live, pbx, now);
        for (const [wished, pause] of steps) {
          now += pause;
          pbx.tick(now);
          if (carryOut(pbx, wished, now)) {
            done++;
            wasMoved ||= isMove(wished);
          }
          live.take(pbx.take(), now);
        }
        const fresh = follow();
        regenerate(fresh, pbx, now);
        settle(live, now);
        settle(fresh, now);
        expectTruth(live, pbx, true);
        expectTruth(fresh, pbx, false);
        expect(statesOf(live, pbx, wasMoved)).toEqual(statesOf(fresh, pbx, wasMoved));
      }),
      { numRuns },
    );
    // Days on which nothing is possible would prove nothing.
    expect(done).toBeGreaterThan(5 * numRuns);
  }, 60_000);
});

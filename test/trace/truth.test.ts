/**
 * The golden events compared with what really happened. The phones' own log has when each agent was rung, talked, held
 * and was free. The tables below are written by hand from the recordings' `.md`, and from the packets where 16 and 22
 * differ.
 */
import type { EventOf, EventType, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { type PhoneMoment, readPhoneLog } from "./phone-log.ts";
import { readAllBytes, replay, type TimedEvent, traceNames, type Version, versions } from "./replay.ts";

/** Asterisk and its phones are at most this far apart: by then the published state must be right. */
const settledMs = 250;

const of = <Type extends EventType>(published: readonly TimedEvent[], type: Type) =>
  published.flatMap(({ ms, event }) => (event.type === type ? [{ ms, ...(event as EventOf<Type>) }] : []));

/** The agent's status and number as last published up to `ms`. */
function shownAt(published: readonly TimedEvent[], agent: string, ms: number) {
  const isOfAgent = (event: { agent: string; ms: number }) => event.agent === agent && event.ms <= ms;
  return {
    status: of(published, "extensionStatus").findLast(isOfAgent)?.status,
    number: of(published, "phoneNumber").findLast(isOfAgent)?.number ?? null,
  };
}

function isAmiUp(published: readonly TimedEvent[], ms: number): boolean {
  const last = published.findLast(({ ms: when, event }) => event.type === "ami" && when <= ms)?.event;
  return last?.type === "ami" && last.up;
}

/** The moments that can be compared: the phone has no other moment until all has settled, and AMI is up. */
function settledMoments(moments: readonly PhoneMoment[], published: readonly TimedEvent[]): PhoneMoment[] {
  return moments.filter(
    ({ ms, agent }, index) =>
      !moments.slice(index + 1).some((later) => later.agent === agent && later.ms <= ms + settledMs) &&
      isAmiUp(published, ms) &&
      isAmiUp(published, ms + settledMs),
  );
}

const cases = versions.flatMap((version) => traceNames(version).map((name) => [version, name] as const));

/** During a synchronous Originate Asterisk sends nothing else on that AMI connection. */
const isMute = (name: string, ms: number) => name === "g_originate" && ms > 25_700 && ms < 28_600;

describe.each(cases)("what the phones did on %s: %s", (version, name) => {
  const { published } = replay(version, name);
  const moments = settledMoments(readPhoneLog(version, name), published).filter(({ ms }) => !isMute(name, ms));

  it("EV2 the extension's status follows the phone", () => {
    // 1004 has device_state_busy_at=1 on purpose: any call makes it busy.
    for (const { ms, agent, status } of moments.filter((moment) => moment.agent !== "1004"))
      expect([ms, agent, shownAt(published, agent, ms + settledMs).status]).toEqual([ms, agent, status]);
  });

  it("EV4 a completed queue call was shown with the same uniqueId", () => {
    for (const { agent, uniqueId, queueName } of of(published, "agentComplete")) {
      if (uniqueId === "") continue;
      const shown = of(published, "phoneNumber").filter((call) => call.agent === agent && call.queueName === queueName);
      expect(shown.map((call) => call.uniqueId)).toContain(uniqueId);
    }
  });

  it("EV13 the number is the one on the phone's display, and null after its last call", () => {
    for (const { ms, agent, number } of moments) {
      // An originated call has no other party until that one answers, while the display shows the dialed number
      // already.
      if (number === undefined || (number !== null && name === "g_originate")) continue;
      const shown = shownAt(published, agent, ms + settledMs).number;
      expect([ms, agent, shown]).toEqual([ms, agent, number === "anonymous" ? "unknown" : number]);
    }
  });
});

type Completed = Readonly<{
  agent: string;
  queueName: string;
  holdTime: number;
  talkTime: number;
  reason: string;
  recorded: boolean;
}>;
const completed = (
  agent: string,
  queueName: string,
  holdTime: number,
  talkTime: number,
  reason: string,
): Completed => ({
  agent,
  queueName,
  holdTime,
  talkTime,
  reason,
  // vip is the only queue that is not recorded (extensions.conf of the recordings).
  recorded: queueName !== "vip",
});

/** EV6. Wait and talk in whole seconds from the phones' log. Asterisk counts full seconds of the clock, hence ±1. */
const completions: Readonly<Record<string, readonly Completed[]>> = {
  a_answer_caller_hangs: [completed("1001", "support", 2, 4, "caller")],
  d_ringnoanswer_busy: [completed("1003", "sales", 7, 2, "caller")],
  h_redirect: [completed("1003", "sales", 1, 1, "caller")],
  h2_atxfer: [completed("1003", "sales", 1, 4, "transfer")],
  i_park: [
    // The first two callers are parked while their agent stays, and hangs up 2.5 s and 0.3 s later. The third agent is
    // gone at once.
    completed("1003", "sales", 1, 3, "agent"),
    completed("1003", "sales", 1, 1, "agent"),
    completed("1003", "sales", 1, 1, "caller"),
  ],
  j_hold: [completed("1003", "sales", 1, 5, "caller")],
  l_ringall: [completed("1002", "support", 2, 3, "agent")],
  n2_restart: [completed("1003", "sales", 1, 2, "caller")],
  n3_reconnect_midcall: [completed("1003", "sales", 1, 6, "caller")],
  p_recording: [completed("1003", "sales", 1, 6, "caller")],
  r_encoding: Array.from({ length: 6 }, () => completed("1002", "support", 1, 0, "caller")),
  // 16 rings 1006 seven seconds later than 22.
  s_vip_local: [completed("1006", "vip", 8, 3, "caller")],
  t_direct_calls: [completed("1002", "support", 1, 1, "caller")],
};

describe.each(cases)("EV6 calls that were completed on %s: %s", (version, name) => {
  it("are published once each, with their wait, talk and recording", () => {
    const expected = (completions[name] ?? []).map((one) =>
      name === "s_vip_local" && version === "16" ? { ...one, holdTime: 15 } : one,
    );
    const found = of(replay(version, name).published, "agentComplete");
    expect(found.map(({ agent, queueName }) => [agent, queueName])).toEqual(
      expected.map(({ agent, queueName }) => [agent, queueName]),
    );
    found.forEach((one, index) => {
      const truth = expected[index] as Completed;
      expect(Math.abs(one.talkTime - truth.talkTime), `talk of ${one.talkTime} s`).toBeLessThanOrEqual(1);
      expect(Math.abs(one.holdTime - truth.holdTime), `wait of ${one.holdTime} s`).toBeLessThanOrEqual(1);
      expect(one.reason).toBe(truth.reason);
      if (truth.recorded) expect(one.recording).toMatch(/^\/lab\/spool\/monitor\/.+\.wav$/);
      else expect(one.recording).toBeNull();
    });
    expect(new Set(found.map(({ uniqueId }) => uniqueId)).size).toBe(found.length);
  });
});

/** The changes of one queue's count after the first snapshot, without times. */
const counts = (published: readonly TimedEvent[], queue: string) =>
  of(published, "queueCount")
    .filter((event) => event.queue === queue)
    .map(({ count }) => count)
    .slice(1);

const callersOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  a_answer_caller_hangs: { support: 1 },
  c_abandon: { support: 1 },
  d_ringnoanswer_busy: { sales: 1 },
  h_redirect: { sales: 1 },
  h2_atxfer: { sales: 1 },
  i_park: { sales: 3 },
  j_hold: { sales: 1 },
  k_unregister: { sales: 1 },
  l_ringall: { support: 1 },
  n2_restart: { support: 1, sales: 1 },
  p_recording: { sales: 1 },
  r_encoding: { support: 6 },
  s_vip_local: { vip: 1 },
  t_direct_calls: { support: 1 },
};

describe.each(
  Object.entries(callersOf).flatMap(([name, queues]) => versions.map((version) => [version, name, queues] as const)),
)("EV5 waiting callers on %s: %s", (version, name, queues) => {
  it("are counted: each caller joins and leaves, and nobody else does", () => {
    const { published } = replay(version, name);
    for (const queue of ["support", "sales", "vip", "load"])
      expect([queue, counts(published, queue)]).toEqual([
        queue,
        Array.from({ length: queues[queue] ?? 0 }, () => [1, 0]).flat(),
      ]);
    for (const { count, longestWaitSince, at: when } of of(published, "queueCount"))
      if (count === 0) expect(longestWaitSince).toBeNull();
      else expect(Math.abs((longestWaitSince ?? 0) - when)).toBeLessThan(settledMs);
  });
});

const story = (published: readonly TimedEvent[], agent: string, queue: string) =>
  of(published, "queueMemberStatus")
    .filter((event) => event.agent === agent && event.queue === queue)
    .map(({ status, pausedReason, penalty }) => [status, pausedReason, penalty]);

/** EV16. By recording, how the waits ended that no agent answered. */
const unansweredWaits: Readonly<Record<string, readonly string[]>> = {
  c_abandon: ["support abandoned"],
  k_unregister: ["sales abandoned"],
  // Asterisk is restarted while the second caller waits.
  n2_restart: ["support exited"],
  // One caller leaves while AMI is away, another hangs up later.
  n3_reconnect_midcall: ["support unknown", "support abandoned"],
};

describe.each(cases)("EV16 how waits ended on %s: %s", (version, name) => {
  const ended = of(replay(version, name).published, "queueCallEnded");

  it("each answered call was answered by the agent who completed it", () => {
    const answered = ended.filter(({ outcome }) => outcome === "answered");
    const texts = answered.map(({ uniqueId, agent, queue }) => `${uniqueId} ${agent} ${queue}`);
    for (const { uniqueId, agent, queueName } of of(replay(version, name).published, "agentComplete"))
      if (uniqueId !== "") expect(texts).toContain(`${uniqueId} ${agent} ${queueName}`);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("the others left as the driver saw it", () => {
    const others = ended.filter(({ outcome }) => outcome !== "answered");
    expect(others.map(({ queue, outcome }) => `${queue} ${outcome}`)).toEqual(unansweredWaits[name] ?? []);
  });
});

describe.each(cases)("EV17 rings that were not answered on %s: %s", (version, name) => {
  it("are those of Asterisk's own AgentRingNoAnswer, with the same time", () => {
    const events = readAllBytes(version)
      .find((one) => one.name === `${name}.ami.gz`)
      ?.bytes.toString("latin1")
      .split("\r\n\r\n")
      .filter((text) => text.startsWith("Event: AgentRingNoAnswer"));
    const expected = (events ?? []).map((text) => {
      const headerOf = (header: string) => new RegExp(`^${header}: (.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
      const agent = /^\w+\/(\d+)/.exec(headerOf("Interface"))?.[1] ?? "";
      return { agent, queueName: headerOf("Queue"), ringTime: Number(headerOf("RingTime")) };
    });
    const found = of(replay(version, name).published, "agentRingEnded").filter(({ reason }) => reason !== "elsewhere");
    const texts = (rings: readonly { agent: string; queueName: string }[]) =>
      rings.map(({ agent, queueName }) => `${agent} ${queueName}`).sort();
    expect(texts(found)).toEqual(texts(expected));
    // Asterisk's time is that of the ring's whole seconds.
    for (const { agent, ringTime } of expected) {
      const nearest = found.find((one) => one.agent === agent && Math.abs(one.ringTime - ringTime) < 1000);
      expect(nearest, `${agent} rang for ${ringTime} ms`).toBeDefined();
    }
  });

  it("a refusal is the phone's", () => {
    const declined = of(replay(version, name).published, "agentRingEnded").filter(
      ({ reason }) => reason === "declined",
    );
    expect(declined.map(({ agent }) => agent)).toEqual(name === "d_ringnoanswer_busy" ? ["1004"] : []);
  });
});

describe.each(versions)("EV3, EV14 members on %s", (version) => {
  it("pause is per queue, with its reason, and a pause of all queues reaches each", () => {
    const { published } = replay(version, "e_pause");
    expect(story(published, "1001", "support").slice(1)).toEqual([
      ["paused", "Lunch break", 0],
      ["paused", "Meeting: weekly", 0],
      ["not_inuse", null, 0],
      ["paused", "Training", 0],
      ["not_inuse", null, 0],
    ]);
    // Added and paused at once: 16 sent both in one chunk, and a tick publishes the last value of each state.
    const sales = story(published, "1001", "sales");
    expect(version === "16" ? [["not_inuse", null, 2], ...sales] : sales).toEqual([
      ["not_inuse", null, 2],
      ["paused", "Training", 2],
      ["not_inuse", null, 2],
      ["loggedoff", null, null],
    ]);
    expect(story(published, "1002", "support")).toHaveLength(1);
  });

  it("members are added with penalty and pause, changed and removed; errors change nothing", () => {
    const { published } = replay(version, "f_add_remove");
    expect(story(published, "1005", "support")).toEqual([
      ["not_inuse", null, 1],
      ["not_inuse", null, 5],
      ["loggedoff", null, null],
    ]);
    expect(story(published, "1006", "support")).toEqual([
      // 16 has no reason in QueueAdd.
      ["paused", version === "16" ? null : "starting", 0],
      ["loggedoff", null, null],
    ]);
    expect(story(published, "1006", "sales").at(-1)).toEqual(["loggedoff", null, null]);
    expect(of(published, "agentName").filter(({ name }) => name === "Eve again")).toEqual([]);
  });

  it("an unregistered phone is unavailable in its queue until it registers again", () => {
    const { published } = replay(version, "k_unregister");
    expect(story(published, "1003", "sales").map(([status]) => status)).toEqual([
      "not_inuse",
      "unavailable",
      "not_inuse",
      "unavailable",
      "not_inuse",
    ]);
  });
});

describe.each(versions)("EV7, EV8 on %s", (version: Version) => {
  it("each failed originated call is published once, and no other", () => {
    // Busy, no answer, unregistered, unknown technology, declined. A missing extension and synchronous originates have
    // no event.
    const failed = of(replay(version, "g_originate").published, "originateFailed");
    expect(failed.map(({ reason }) => reason)).toEqual(["failed", "noAnswer", "failed", "failed", "failed"]);
    expect(new Set(failed.map(({ actionId }) => actionId)).size).toBe(5);
  });

  it("parking: the first is retrieved, the second times out, the third gives up", () => {
    const { published } = replay(version, "i_park");
    const types: readonly EventType[] = ["parkedCall", "unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"];
    const all = published.flatMap(({ event }) => ("parkingSpace" in event ? [event] : []));
    const parked = all.flatMap((event) => (event.type === "parkedCallState" ? [] : [event]));
    expect(parked.map(({ type, callerId }) => [types.indexOf(type), callerId])).toEqual([
      [0, "+14155550127"],
      [1, "+14155550127"],
      [0, "+14155550128"],
      [2, "+14155550128"],
      [0, "+14155550129"],
      [3, "+14155550129"],
    ]);
    const spaces = parked.map(({ parkingSpace }) => parkingSpace);
    expect([spaces[1], spaces[3], spaces[5]]).toEqual([spaces[0], spaces[2], spaces[4]]);
    // EV22: each space is taken and then empty.
    const channels = all.flatMap((event) => (event.type === "parkedCallState" ? [event.channel] : []));
    expect(channels).toEqual(parked.map(({ channel }, index) => (index % 2 === 0 ? channel : null)));
  });
});

describe.each(versions)("odd bytes on %s", (version) => {
  it("text that a caller puts into a value makes no event", () => {
    // The attempt is `Event: Fake` in a variable, which a UserEvent sends as a packet of its own.
    const { published } = replay(version, "r_encoding");
    expect(JSON.stringify(published)).not.toContain("Fake");
  });

  it("names keep their letters", () => {
    const names = of(replay(version, "r_encoding").published, "phoneNumber").flatMap(({ name }) => name ?? []);
    expect(names).toContain("Jürgen Müller");
    expect(names).toContain("Emoji 📞 Ω");
  });

  it("a pause reason keeps its letters", () => {
    const reasons = of(replay(version, "r_encoding").published, "queueMemberStatus").flatMap(
      (event) => event.pausedReason ?? [],
    );
    expect(reasons).toContain("Café ☕ pause");
  });
});

it.each(versions)("EV11 on %s no state is published twice in a row with the same value", (version) => {
  for (const name of traceNames(version)) {
    const last = new Map<string, string>();
    for (const { event } of replay(version, name).published) {
      if (event.type === "ami" || !("agent" in event || "queue" in event) || event.type === "agentComplete") continue;
      const { at: _at, ...value } = event as SiteEvent;
      const key = [event.type, "agent" in event && event.agent, "queue" in event && event.queue].join();
      const text = JSON.stringify({ ...value, since: 0 });
      expect([name, key, last.get(key) === text]).toEqual([name, key, false]);
      last.set(key, text);
    }
  }
});

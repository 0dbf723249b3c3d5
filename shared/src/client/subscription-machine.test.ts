import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeCodes } from "../protocol/error.ts";
import type { SiteEvent } from "../protocol/event.ts";
import { stateKey } from "../protocol/event-traits.ts";
import { stateMapOf } from "../state/state.ts";
import { Feed } from "./feed.ts";
import type { MachineOutput } from "./machine-io.ts";
import type { StreamEnd } from "./stream-end.ts";
import {
  acknowledgeMs,
  openTimeoutMs,
  pingIntervalMs,
  reconnectBackoff,
  silenceMs,
  wakeAnswerMs,
  wakeSilenceMs,
} from "./stream-timing.ts";
import { acknowledgeUnits, oneSite, SubscriptionMachine } from "./subscription-machine.ts";

const count = (queue: string, value: number): SiteEvent =>
  ({ type: "queueCount", queue, count: value, longestWaitSince: null, at: 1 }) as SiteEvent;
const failed = (actionId: string): SiteEvent => ({ type: "originateFailed", actionId, reason: "busy", at: 1 });
const snapshot = (cursor: string, ...events: SiteEvent[]) => ({
  type: "snapshot",
  cursor,
  link: "up",
  asOf: 1,
  events,
});
const update = (cursor: string, ...events: SiteEvent[]) => ({ type: "events", cursor, events });

/** A machine with a clock that `wait` moves. Each function returns the machine's outputs. */
function start(canRenewToken = false) {
  const feed = new Feed();
  const machine = new SubscriptionMachine(canRenewToken, new Map([[oneSite, feed]]));
  let steadyMs = 1_000;
  const due = () => machine.handle({ kind: "due", steadyMs, random: 0.5 });
  return {
    machine,
    mirror: feed.mirror,
    wait: (ms: number) => {
      steadyMs += ms;
      return due();
    },
    due,
    receive: (frame: object | string) => {
      const text = typeof frame === "string" ? frame : JSON.stringify(frame);
      return machine.handle({ kind: "frame", text, steadyMs, random: 0.5 });
    },
    activity: () => machine.handle({ kind: "activity", steadyMs }),
    end: (end: StreamEnd) => machine.handle({ kind: "ended", end, steadyMs, random: 0.5 }),
    wake: (canPing = true) => machine.handle({ kind: "wake", steadyMs, canPing }),
    close: () => machine.handle({ kind: "close" }),
  };
}
type Started = ReturnType<typeof start>;

const live = (canRenewToken = false): Started => {
  const client = start(canRenewToken);
  client.due();
  client.receive(snapshot("e-5", count("support", 1)));
  return client;
};
const kinds = (outputs: readonly MachineOutput[]) => outputs.map(({ kind }) => kind);
const closed = (code: number): StreamEnd => ({ kind: "closed", code, reason: "" });

describe("opening a stream", () => {
  it("connects without a cursor, becomes live with the first frame and acknowledges it", () => {
    const client = start();
    expect(client.due()).toContainEqual({ kind: "connect", since: null, freshToken: false });
    const outputs = client.receive(snapshot("e-5", count("support", 1)));
    expect(kinds(outputs)).toEqual(["status", "changed", "link", "acknowledge"]);
    expect(client.machine.status).toEqual({ kind: "live" });
    expect(client.mirror.queue("support")).toMatchObject({ count: 1 });
  });

  it("gives up on a stream that does not open", () => {
    const client = start();
    client.due();
    expect(kinds(client.wait(openTimeoutMs))).toEqual(["disconnect", "status"]);
    expect(client.machine.status.kind).toBe("waiting");
  });
});

describe("ST1 resume", () => {
  it("reconnects with its cursor and ignores frames that it has already", () => {
    const client = live();
    client.end({ kind: "broken", reason: "cut" });
    expect(client.wait(reconnectBackoff.baseMs)).toContainEqual({ kind: "connect", since: "e-5", freshToken: false });
    expect(kinds(client.receive(update("e-5")))).toEqual(["status", "acknowledge"]);
    expect(kinds(client.receive(update("e-4", failed("old"))))).toEqual([]);
    expect(kinds(client.receive(update("e-7", count("support", 2), failed("new"))))).toEqual(["changed", "occurred"]);
  });

  it("ST4 acknowledges several frames together, a second after the first of them", () => {
    const client = live();
    client.receive(update("e-6", failed("a")));
    expect(client.wait(acknowledgeMs - 1)).toEqual([]);
    client.receive(update("e-7", failed("b")));
    expect(client.wait(1)).toEqual([{ kind: "acknowledge", cursor: "e-7" }]);
    expect(client.wait(acknowledgeMs)).toEqual([]);
    client.receive(update("e-8", failed("c")));
    expect(client.machine.nextDueAt()).toBe(1_000 + 3 * acknowledgeMs);
  });

  it("ST4 acknowledges at once the first frame of each connection, and every 16,384 characters", () => {
    const client = live();
    let unacknowledged = 0;
    let acknowledged = 0;
    for (let round = 6; round < 400; round++) {
      const frame = JSON.stringify(update(`e-${round}`, failed(`f${round}`)));
      unacknowledged += frame.length;
      if (!kinds(client.receive(frame)).includes("acknowledge")) continue;
      expect(unacknowledged).toBeGreaterThanOrEqual(acknowledgeUnits);
      acknowledged += 1;
      unacknowledged = 0;
    }
    expect(acknowledged).toBeGreaterThan(1);
    expect(unacknowledged).toBeLessThan(acknowledgeUnits);
    client.end({ kind: "broken", reason: "cut" });
    client.wait(reconnectBackoff.baseMs);
    expect(kinds(client.receive(update("e-399")))).toContain("acknowledge");
    expect(client.wait(acknowledgeMs)).toEqual([]);
  });

  it("a snapshot in place of events reports a gap and the differences", () => {
    const client = live();
    client.end({ kind: "broken", reason: "cut" });
    client.wait(reconnectBackoff.baseMs);
    const outputs = client.receive(snapshot("f-1", count("sales", 3)));
    expect(kinds(outputs)).toEqual(["status", "gap", "changed", "acknowledge"]);
    expect(outputs).toContainEqual({
      kind: "changed",
      changes: { events: [count("sales", 3)], removed: [count("support", 1)] },
    });
  });

  it("an events frame of another epoch breaks the stream", () => {
    const client = live();
    expect(kinds(client.receive(update("f-6", failed("x"))))).toEqual(["disconnect", "status"]);
  });
});

describe("ST3 freshness and silence", () => {
  it("a link frame changes the link and keeps the states", () => {
    const client = live();
    expect(client.receive({ type: "link", link: "down", asOf: 7, cursor: "e-6" })).toContainEqual({
      kind: "link",
      link: "down",
      asOf: 7,
    });
    expect(client.mirror.queue("support")?.count).toBe(1);
  });

  it("pings, and breaks the stream without an answer", () => {
    const client = live();
    expect(kinds(client.wait(pingIntervalMs))).toEqual(["ping"]);
    client.activity();
    expect(kinds(client.wait(pingIntervalMs))).toEqual(["ping"]);
    expect(kinds(client.wait(silenceMs - pingIntervalMs))).toEqual(["disconnect", "status"]);
  });

  it("silence counts only after a ping, because timers of a background page are late", () => {
    const client = live();
    expect(kinds(client.wait(60_000))).toEqual(["ping"]);
    client.activity();
    expect(kinds(client.wait(60_000))).toEqual(["ping"]);
    expect(kinds(client.wait(60_000))).toEqual(["disconnect", "status"]);
  });

  it("waits for a long first frame as long as parts of it arrive", () => {
    const client = start();
    client.due();
    client.wait(openTimeoutMs - 1);
    client.activity();
    expect(client.wait(openTimeoutMs - 1)).toEqual([]);
    expect(kinds(client.wait(1))).toEqual(["disconnect", "status"]);
  });

  it.each([
    "",
    "{",
    "null",
    '{"type":"events","cursor":"none","events":[]}',
    '{"type":"other","cursor":"e-6"}',
    "[]",
    '{"type":"events","cursor":"e-6","events":[null]}',
  ])("an invalid frame (%j) breaks the stream, and it reconnects", (text) => {
    const client = live();
    expect(kinds(client.receive(text))).toEqual(["disconnect", "status"]);
    expect(client.machine.status.kind).toBe("waiting");
  });
});

describe("after a wake-up", () => {
  it("a stream that does not answer a ping within 5 s is dead", () => {
    const client = live();
    client.wait(1_000);
    expect(kinds(client.wake())).toEqual(["ping"]);
    expect(client.wait(wakeAnswerMs - 1)).toEqual([]);
    expect(kinds(client.wait(1))).toEqual(["disconnect", "status"]);
  });

  it("a stream that answers lives on, and later silence has its usual time", () => {
    const client = live();
    client.wake();
    client.activity();
    expect(kinds(client.wait(pingIntervalMs))).toEqual(["ping"]);
    client.wait(wakeAnswerMs);
    expect(client.machine.status.kind).toBe("live");
  });

  it("one whose transport answers no pings has until its next heartbeat, however often the page wakes", () => {
    const client = live();
    client.wait(3_000);
    client.wake(false);
    client.wait(10_000);
    client.wake(false);
    client.wait(wakeSilenceMs - 13_001);
    expect(client.machine.status.kind).toBe("live");
    client.wait(1);
    expect(client.machine.status.kind).toBe("waiting");
  });
});

describe("after the end of a stream", () => {
  const refused = (status: number, code: string): StreamEnd => ({ kind: "refused", status, code, message: "no" });
  it.each<[string, StreamEnd, "waiting" | "stopped"]>([
    ["resume_now", closed(closeCodes.resume_now.code), "waiting"],
    ["bad_frame", closed(closeCodes.bad_frame.code), "stopped"],
    ["token_expired, with a fixed token", closed(closeCodes.token_expired.code), "stopped"],
    ["the network", closed(1006), "waiting"],
    ["unavailable", refused(503, "unavailable"), "waiting"],
    ["a gateway", refused(502, "unreadable"), "waiting"],
    ["a gateway's 404", refused(404, "unreadable"), "waiting"],
    ["forbidden", refused(403, "forbidden"), "stopped"],
    ["unauthorized", refused(401, "unauthorized"), "stopped"],
    ["an expired ticket", refused(401, "ticket_expired"), "waiting"],
    ["a bad cursor", refused(400, "bad_request"), "stopped"],
  ])("%s: %o → %s", (_what, ending, status) => {
    const client = live();
    client.end(ending);
    expect(client.machine.status.kind).toBe(status);
    expect(client.machine.nextDueAt() === null).toBe(status === "stopped");
  });

  it("resume_now reconnects at once, but not repeatedly", () => {
    const client = live();
    client.end(closed(closeCodes.resume_now.code));
    expect(kinds(client.due())).toEqual(["status", "connect"]);
    client.receive(update("e-5"));
    client.end(closed(closeCodes.resume_now.code));
    expect(kinds(client.due())).toEqual([]);
  });

  it.each([closed(closeCodes.token_expired.code), refused(401, "unauthorized")])(
    "a new token is tried at once, and another one after a while: %o",
    (ending) => {
      const client = live(true);
      client.end(ending);
      const again = { kind: "connect", since: "e-5", freshToken: true };
      expect(client.due()).toContainEqual(again);
      client.end(refused(401, "unauthorized"));
      expect(client.wait(4_999)).toEqual([]);
      expect(client.wait(5_001)).toContainEqual(again);
      client.end(refused(401, "unauthorized"));
      expect(client.machine.status.kind).toBe("stopped");
    },
  );

  it("a refusal that passes leaves nothing behind", () => {
    const client = live(true);
    for (let round = 0; round < 3; round++) {
      client.end(closed(closeCodes.token_expired.code));
      client.wait(60_000);
      client.end(refused(401, "unauthorized"));
      client.wait(10_000);
      expect(client.machine.status.kind).toBe("connecting");
      client.receive(update("e-5"));
    }
    client.end(closed(1006));
    expect(client.wait(60_000)).toContainEqual({ kind: "connect", since: "e-5", freshToken: false });
  });

  it("waits longer after each failure, and starts over after a stable connection", () => {
    const client = live();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      client.end({ kind: "broken", reason: "cut" });
      const { status } = client.machine;
      if (status.kind !== "waiting") throw new Error(status.kind);
      waits.push(status.until);
      client.wait(60_000);
      waits[attempt] = (waits[attempt] ?? 0) - (1_000 + 60_000 * attempt);
    }
    expect(waits[0]).toBe(reconnectBackoff.baseMs / 2);
    expect(waits.at(-1)).toBe(reconnectBackoff.maxMs / 2);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    client.receive(update("e-5"));
    client.wait(reconnectBackoff.stableMs);
    client.end({ kind: "broken", reason: "cut" });
    client.wait(reconnectBackoff.baseMs);
    expect(client.machine.status.kind).toBe("connecting");
  });

  it("a wake-up ends the wait, but not that after a refused token", () => {
    const client = live(true);
    client.end(closed(1006));
    expect(kinds(client.wake())).toEqual(["status", "connect"]);
    client.end(refused(401, "unauthorized"));
    client.wait(60_000);
    client.end(refused(401, "unauthorized"));
    expect(client.wake()).toEqual([]);
    expect(client.machine.status.kind).toBe("waiting");
  });

  it("does nothing after close", () => {
    const client = live();
    expect(kinds(client.close())).toEqual(["disconnect", "status"]);
    expect(client.wait(100_000)).toEqual([]);
    expect(client.receive(update("e-6", failed("x")))).toEqual([]);
  });
});

/**
 * A site whose log is lost at random and a client whose connection breaks at random: the mirror has the site's states,
 * and each occurrence is delivered once.
 */
describe("ST1, EV11 over reconnections, duplicates and snapshots", () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant("state" as const), queue: fc.constantFrom("a", "b"), value: fc.nat(5) }),
    fc.record({ kind: fc.constant("occurrence" as const) }),
  );
  /**
   * `forget`: the site begins a new epoch while the client is away, so the client gets a snapshot instead of events.
   */
  const step = fc.oneof(
    { weight: 7, arbitrary: happening },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), meanwhile: fc.array(happening) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("forget" as const), meanwhile: fc.array(happening) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("repeat" as const), frames: fc.integer({ min: 1, max: 3 }) }),
    },
  );

  function siteWithClient() {
    const client = start();
    const observed = { occurrences: [] as SiteEvent[], changed: [] as SiteEvent[], gaps: 0 };
    const frames: object[] = [];
    const states: SiteEvent[] = [];
    let epoch = 0;
    let log: SiteEvent[] = [];
    const cursor = () => `e${epoch}-${log.length}`;
    const observe = (outputs: readonly MachineOutput[]) => {
      for (const output of outputs)
        if (output.kind === "occurred") observed.occurrences.push(output.event);
        else if (output.kind === "gap") observed.gaps += 1;
        else if (output.kind === "changed") observed.changed.push(...output.changes.removed, ...output.changes.events);
    };
    const send = (frame: object) => {
      frames.push(frame);
      observe(client.receive(frame));
    };
    return {
      client,
      observed,
      states: () => [...stateMapOf(states).values()],
      happen: (event: SiteEvent) => {
        log.push(event);
        states.push(event);
      },
      sendLast: () => send(update(cursor(), ...log.slice(-1))),
      repeat: (count: number) => {
        for (const frame of frames.filter((given) => !("link" in given)).slice(-count)) observe(client.receive(frame));
      },
      cut: () => client.end({ kind: "broken", reason: "cut" }),
      forget: () => {
        epoch += 1;
        log = [];
      },
      join: () => {
        const connect = client.wait(60_000).find((output) => output.kind === "connect");
        if (connect?.kind !== "connect") throw new Error("expected the machine to connect");
        const [of, since] = (connect.since ?? "").split("-");
        if (of !== `e${epoch}`) {
          frames.length = 0;
          send(snapshot(cursor(), ...stateMapOf(states).values()));
        } else send(update(cursor(), ...log.slice(Number(since))));
      },
    };
  }

  it("the mirror ends with the site's states; no occurrence is delivered twice, and only a gap loses any", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const site = siteWithClient();
        const due: SiteEvent[] = [];
        let names = 0;
        let gaps = 0;
        const happen = (what: { kind: "state"; queue: string; value: number } | { kind: "occurrence" }) => {
          const event = what.kind === "state" ? count(what.queue, what.value) : failed(`o${names++}`);
          site.happen(event);
          return stateKey(event) === undefined ? [event] : [];
        };
        site.join();
        for (const taken of steps)
          if (taken.kind === "repeat") site.repeat(taken.frames);
          else if (taken.kind === "state" || taken.kind === "occurrence") {
            due.push(...happen(taken));
            site.sendLast();
          } else {
            site.cut();
            const meanwhile = taken.meanwhile.flatMap(happen);
            if (taken.kind === "cut") due.push(...meanwhile);
            else {
              site.forget();
              gaps += 1;
            }
            site.join();
          }
        expect(new Set(site.client.mirror.events())).toEqual(new Set(site.states()));
        expect(new Set(stateMapOf(site.observed.changed).values())).toEqual(new Set(site.states()));
        expect([site.observed.occurrences, site.observed.gaps]).toEqual([due, gaps]);
      }),
    );
  });
});

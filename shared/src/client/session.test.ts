import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeCodes } from "../protocol/error.ts";
import type { SiteEvent } from "../protocol/event.ts";
import { stateKey } from "../protocol/event-traits.ts";
import { stateMapOf } from "../state/state.ts";
import type { Ending } from "./ending.ts";
import {
  acknowledgeMs,
  acknowledgeUnits,
  type Output,
  openTimeoutMs,
  pingIntervalMs,
  reconnectBackoff,
  Session,
  silenceMs,
} from "./session.ts";

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
const news = (cursor: string, ...events: SiteEvent[]) => ({ type: "events", cursor, events });

/** A session with a clock; gives the kinds of what it put out, and what of it matters. */
function start(renewable = false) {
  const session = new Session(renewable);
  let at = 1_000;
  const take = (input: Parameters<Session["handle"]>[0]) => session.handle(input);
  const due = () => take({ kind: "due", at, random: 0.5 });
  return {
    session,
    wait: (ms: number) => {
      at += ms;
      return due();
    },
    due,
    says: (frame: object | string) =>
      take({ kind: "frame", text: typeof frame === "string" ? frame : JSON.stringify(frame), at, random: 0.5 }),
    heard: () => take({ kind: "heard", at }),
    ends: (ending: Ending) => take({ kind: "ended", ending, at, random: 0.5 }),
    close: () => take({ kind: "close" }),
  };
}
type Started = ReturnType<typeof start>;

const live = (renewable = false): Started => {
  const one = start(renewable);
  one.due();
  one.says(snapshot("e-5", count("support", 1)));
  return one;
};
const kinds = (outputs: readonly Output[]) => outputs.map(({ kind }) => kind);
const closed = (code: number): Ending => ({ kind: "closed", code, reason: "" });

describe("a stream's beginning", () => {
  it("connects without a cursor, is live with the first frame and acknowledges it", () => {
    const one = start();
    expect(one.due()).toContainEqual({ kind: "connect", since: null, freshToken: false });
    const outputs = one.says(snapshot("e-5", count("support", 1)));
    expect(kinds(outputs)).toEqual(["status", "changed", "link", "acknowledge"]);
    expect(one.session.status).toEqual({ kind: "live" });
    expect(one.session.mirror.queue("support")).toMatchObject({ count: 1 });
  });

  it("gives up on a stream that does not open", () => {
    const one = start();
    one.due();
    expect(kinds(one.wait(openTimeoutMs))).toEqual(["disconnect", "status"]);
    expect(one.session.status.kind).toBe("waiting");
  });
});

describe("ST1 resume", () => {
  it("comes back with its cursor; what it has already changes nothing", () => {
    const one = live();
    one.ends({ kind: "broken", because: "cut" });
    expect(one.wait(reconnectBackoff.baseMs)).toContainEqual({ kind: "connect", since: "e-5", freshToken: false });
    expect(kinds(one.says(news("e-5")))).toEqual(["status", "acknowledge"]);
    expect(kinds(one.says(news("e-4", failed("old"))))).toEqual([]);
    expect(kinds(one.says(news("e-7", count("support", 2), failed("new"))))).toEqual(["changed", "occurred"]);
  });

  it("ST4 acknowledges the last of several frames, soon after the first of them", () => {
    const one = live();
    one.says(news("e-6", failed("a")));
    expect(one.wait(acknowledgeMs - 1)).toEqual([]);
    one.says(news("e-7", failed("b")));
    expect(one.wait(1)).toEqual([{ kind: "acknowledge", cursor: "e-7" }]);
    expect(one.wait(acknowledgeMs)).toEqual([]);
    one.says(news("e-8", failed("c")));
    expect(one.session.nextDueAt()).toBe(1_000 + 3 * acknowledgeMs);
  });

  it("ST4 acknowledges at once when much has come, and the first frame of each connection", () => {
    const one = live();
    let unacknowledged = 0;
    let acknowledged = 0;
    for (let round = 6; round < 400; round++) {
      const frame = JSON.stringify(news(`e-${round}`, failed(`f${round}`)));
      unacknowledged += frame.length;
      if (!kinds(one.says(frame)).includes("acknowledge")) continue;
      expect(unacknowledged).toBeGreaterThanOrEqual(acknowledgeUnits);
      acknowledged += 1;
      unacknowledged = 0;
    }
    expect(acknowledged).toBeGreaterThan(1);
    expect(unacknowledged).toBeLessThan(acknowledgeUnits);
    one.ends({ kind: "broken", because: "cut" });
    one.wait(reconnectBackoff.baseMs);
    expect(kinds(one.says(news("e-399")))).toContain("acknowledge");
    expect(one.wait(acknowledgeMs)).toEqual([]);
  });

  it("a snapshot instead is told once with its differences, and that something may be missing", () => {
    const one = live();
    one.ends({ kind: "broken", because: "cut" });
    one.wait(reconnectBackoff.baseMs);
    const outputs = one.says(snapshot("f-1", count("sales", 3)));
    expect(kinds(outputs)).toEqual(["status", "gap", "changed", "acknowledge"]);
    expect(outputs).toContainEqual({
      kind: "changed",
      changes: { events: [count("sales", 3)], removed: [count("support", 1)] },
    });
  });

  it("an events frame of another epoch is no continuation", () => {
    const one = live();
    expect(kinds(one.says(news("f-6", failed("x"))))).toEqual(["disconnect", "status"]);
  });
});

describe("ST3 freshness and silence", () => {
  it("a link frame changes the link and keeps the states", () => {
    const one = live();
    expect(one.says({ type: "link", link: "down", asOf: 7, cursor: "e-6" })).toContainEqual({
      kind: "link",
      link: "down",
      asOf: 7,
    });
    expect(one.session.mirror.queue("support")?.count).toBe(1);
  });

  it("asks for a sign of life, and breaks off without one", () => {
    const one = live();
    expect(kinds(one.wait(pingIntervalMs))).toEqual(["ping"]);
    one.heard();
    expect(kinds(one.wait(pingIntervalMs))).toEqual(["ping"]);
    expect(kinds(one.wait(silenceMs - pingIntervalMs))).toEqual(["disconnect", "status"]);
  });

  it("who was not asked is not silent: timers of a page in the background are late", () => {
    const one = live();
    expect(kinds(one.wait(60_000))).toEqual(["ping"]);
    one.heard();
    expect(kinds(one.wait(60_000))).toEqual(["ping"]);
    expect(kinds(one.wait(60_000))).toEqual(["disconnect", "status"]);
  });

  it("a first frame that is long under way is waited for while it comes", () => {
    const one = start();
    one.due();
    one.wait(openTimeoutMs - 1);
    one.heard();
    expect(one.wait(openTimeoutMs - 1)).toEqual([]);
    expect(kinds(one.wait(1))).toEqual(["disconnect", "status"]);
  });

  it.each([
    "",
    "{",
    "null",
    '{"type":"events","cursor":"none","events":[]}',
    '{"type":"other","cursor":"e-6"}',
    "[]",
    '{"type":"events","cursor":"e-6","events":[null]}',
  ])("a frame that is none (%j) breaks off and comes back", (text) => {
    const one = live();
    expect(kinds(one.says(text))).toEqual(["disconnect", "status"]);
    expect(one.session.status.kind).toBe("waiting");
  });
});

describe("how it goes on after an end", () => {
  const refused = (status: number, code: string): Ending => ({ kind: "refused", status, code, message: "no" });
  it.each<[string, Ending, "waiting" | "stopped"]>([
    ["resume_now", closed(closeCodes.resume_now.code), "waiting"],
    ["bad_frame", closed(closeCodes.bad_frame.code), "stopped"],
    ["token_expired, with a text for a token", closed(closeCodes.token_expired.code), "stopped"],
    ["the network", closed(1006), "waiting"],
    ["unavailable", refused(503, "unavailable"), "waiting"],
    ["a gateway", refused(502, "unreadable"), "waiting"],
    ["a gateway's own not found", refused(404, "unreadable"), "waiting"],
    ["forbidden", refused(403, "forbidden"), "stopped"],
    ["unauthorized", refused(401, "unauthorized"), "stopped"],
    ["a ticket that was too slow", refused(401, "ticket_expired"), "waiting"],
    ["a bad cursor", refused(400, "bad_request"), "stopped"],
  ])("%s: %o → %s", (_what, ending, status) => {
    const one = live();
    one.ends(ending);
    expect(one.session.status.kind).toBe(status);
    expect(one.session.nextDueAt() === null).toBe(status === "stopped");
  });

  it("resume_now is followed at once, but not for ever", () => {
    const one = live();
    one.ends(closed(closeCodes.resume_now.code));
    expect(kinds(one.due())).toEqual(["status", "connect"]);
    one.says(news("e-5"));
    one.ends(closed(closeCodes.resume_now.code));
    expect(kinds(one.due())).toEqual([]);
  });

  it.each([closed(closeCodes.token_expired.code), refused(401, "unauthorized")])(
    "a token that can be had anew is asked for once: %o",
    (ending) => {
      const one = live(true);
      one.ends(ending);
      expect(one.due()).toContainEqual({ kind: "connect", since: "e-5", freshToken: true });
      one.ends(refused(401, "unauthorized"));
      expect(one.session.status.kind).toBe("stopped");
    },
  );

  it("waits longer after each failure, and begins anew after a stable time", () => {
    const one = live();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      one.ends({ kind: "broken", because: "cut" });
      const { status } = one.session;
      if (status.kind !== "waiting") throw new Error(status.kind);
      waits.push(status.until);
      one.wait(60_000);
      waits[attempt] = (waits[attempt] ?? 0) - (1_000 + 60_000 * attempt);
    }
    expect(waits[0]).toBe(reconnectBackoff.baseMs / 2);
    expect(waits.at(-1)).toBe(reconnectBackoff.maxMs / 2);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    one.says(news("e-5"));
    one.wait(reconnectBackoff.stableMs);
    one.ends({ kind: "broken", because: "cut" });
    one.wait(reconnectBackoff.baseMs);
    expect(one.session.status.kind).toBe("connecting");
  });

  it("closed is closed", () => {
    const one = live();
    expect(kinds(one.close())).toEqual(["disconnect", "status"]);
    expect(one.wait(100_000)).toEqual([]);
    expect(one.says(news("e-6", failed("x")))).toEqual([]);
  });
});

/** A site with a log that forgets, and a client that is cut at random: the mirror is the truth, each occurrence came once. */
describe("ST1, EV11 over any cuts, repetitions and snapshots", () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constant("state" as const), queue: fc.constantFrom("a", "b"), value: fc.nat(5) }),
    fc.record({ kind: fc.constant("occurrence" as const) }),
  );
  /** `forget`: the site begins a new epoch while the client is away, and what happens meanwhile can only be told as states. */
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
    const one = start();
    const told = { occurrences: [] as SiteEvent[], changed: [] as SiteEvent[], gaps: 0 };
    const frames: object[] = [];
    const states: SiteEvent[] = [];
    let epoch = 0;
    let log: SiteEvent[] = [];
    const cursor = () => `e${epoch}-${log.length}`;
    const note = (outputs: readonly Output[]) => {
      for (const output of outputs)
        if (output.kind === "occurred") told.occurrences.push(output.event);
        else if (output.kind === "gap") told.gaps += 1;
        else if (output.kind === "changed") told.changed.push(...output.changes.removed, ...output.changes.events);
    };
    const say = (frame: object) => {
      frames.push(frame);
      note(one.says(frame));
    };
    return {
      one,
      told,
      states: () => [...stateMapOf(states).values()],
      happen: (event: SiteEvent) => {
        log.push(event);
        states.push(event);
      },
      sayLast: () => say(news(cursor(), ...log.slice(-1))),
      repeat: (count: number) => {
        for (const frame of frames.filter((given) => !("link" in given)).slice(-count)) note(one.says(frame));
      },
      cut: () => one.ends({ kind: "broken", because: "cut" }),
      forget: () => {
        epoch += 1;
        log = [];
      },
      join: () => {
        const connect = one.wait(60_000).find((output) => output.kind === "connect");
        if (connect?.kind !== "connect") throw new Error("it should connect");
        const [of, since] = (connect.since ?? "").split("-");
        if (of !== `e${epoch}`) {
          frames.length = 0;
          say(snapshot(cursor(), ...stateMapOf(states).values()));
        } else say(news(cursor(), ...log.slice(Number(since))));
      },
    };
  }

  it("the mirror ends as the site's states; no occurrence comes twice, and only a gap loses any", () => {
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
            site.sayLast();
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
        expect(new Set(site.one.session.mirror.events())).toEqual(new Set(site.states()));
        expect(new Set(stateMapOf(site.told.changed).values())).toEqual(new Set(site.states()));
        expect([site.told.occurrences, site.told.gaps]).toEqual([due, gaps]);
      }),
    );
  });
});

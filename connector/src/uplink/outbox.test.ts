import { ConnectorFrame, type SequencedFrame, type SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amiDown, amiUp, count, named, occurrence } from "../testing/uplink-samples.ts";
import { drainWarnings } from "./drain.ts";
import { outboxLimits } from "./frame-fit.ts";
import { Outbox } from "./outbox.ts";

/** An outbox whose site has acknowledged its first, empty snapshot (frame 1). */
function afterFirstSnapshot(limits = outboxLimits): Outbox {
  const outbox = new Outbox(limits);
  outbox.beginSnapshot([], amiUp);
  cut(outbox);
  outbox.acknowledge(1);
  return outbox;
}

/** The next frame, as the site would parse it; fails the test if there is none. */
function cut(outbox: Outbox): SequencedFrame {
  const next = outbox.cutFrame();
  if (next.kind !== "frame") throw new Error(`expected a frame, got ${next.kind}`);
  const frame = ConnectorFrame.parse(JSON.parse(next.text));
  if (!("sequence" in frame)) throw new Error(`unexpected ${frame.type}`);
  return frame;
}

/** All frames until nothing is left, each acknowledged at once. */
function drain(outbox: Outbox): SequencedFrame[] {
  const frames: SequencedFrame[] = [];
  while (outbox.cutFrame().kind === "frame") {
    const frame = ConnectorFrame.parse(JSON.parse(outbox.inFlight?.text ?? "")) as SequencedFrame;
    frames.push(frame);
    outbox.acknowledge(frame.sequence);
  }
  return frames;
}

/** UP2: of the occurrences of the samples, some still wait. */
const incomplete = { completeUntil: occurrence("x").at };

const eventsOf = (frame: SequencedFrame): readonly SiteEvent[] => (frame.type === "link" ? [] : frame.events);

describe("EV11 pending items", () => {
  it("a newer state replaces the older one and moves to the end", () => {
    const outbox = afterFirstSnapshot();
    for (const event of [count("a", 1), named("1001", "Ann"), occurrence("x"), count("a", 2)]) outbox.pushEvent(event);
    expect(cut(outbox)).toEqual({
      type: "events",
      sequence: 2,
      events: [named("1001", "Ann"), occurrence("x"), count("a", 2)],
    });
  });

  it("equal occurrences are not collapsed", () => {
    const outbox = afterFirstSnapshot();
    outbox.pushEvent(occurrence("x"));
    outbox.pushEvent(occurrence("x"));
    expect(eventsOf(cut(outbox))).toEqual([occurrence("x"), occurrence("x")]);
  });

  it("a state in flight is not replaced; the newer value follows", () => {
    const outbox = afterFirstSnapshot();
    outbox.pushEvent(count("a", 1));
    cut(outbox);
    outbox.pushEvent(count("a", 2));
    expect(outbox.cutFrame()).toEqual({ kind: "nothing" });
    outbox.acknowledge(2);
    expect(eventsOf(cut(outbox))).toEqual([count("a", 2)]);
  });

  it("ST2 the link follows what was pushed before it, and only its last value is sent", () => {
    const outbox = afterFirstSnapshot();
    outbox.pushLink(amiDown);
    outbox.pushEvent(count("a", 1));
    outbox.pushLink(amiUp);
    outbox.pushEvent(count("b", 1));
    expect(drain(outbox)).toEqual([
      { type: "events", sequence: 2, events: [count("a", 1)] },
      { type: "link", sequence: 3, ami: amiUp },
      { type: "events", sequence: 4, events: [count("b", 1)] },
    ]);
  });
});

describe("UP5 frames", () => {
  it.each([
    ["by the number of events", { ...outboxLimits, frameEvents: 2 }, [2, 2, 1]],
    ["by bytes, not characters", { ...outboxLimits, frameBytes: 1_024 + 2 * 700 }, [2, 2, 1]],
    ["at one event a frame, however small the limit", { ...outboxLimits, frameBytes: 1 }, [1, 1, 1, 1, 1]],
  ])("are cut %s", (_title, limits, sizes) => {
    const outbox = afterFirstSnapshot(limits);
    for (let agent = 1001; agent <= 1005; agent++) outbox.pushEvent(named(String(agent), "é".repeat(300)));
    expect(drain(outbox).map((frame) => eventsOf(frame).length)).toEqual(sizes);
  });

  it("never exceed the limit in bytes", () => {
    const names = fc.array(fc.string({ unit: "grapheme", maxLength: 200 }), {
      minLength: 1,
      maxLength: 60,
      size: "max",
    });
    fc.assert(
      fc.property(names, fc.boolean(), (texts, asSnapshot) => {
        const limits = { ...outboxLimits, frameBytes: 4_000 };
        const events = texts.map((text, index) => named(String(index), text));
        const outbox = afterFirstSnapshot(limits);
        if (asSnapshot) outbox.beginSnapshot(events, amiUp);
        else for (const event of events) outbox.pushEvent(event);
        const sent: SiteEvent[] = [];
        while (outbox.cutFrame().kind === "frame" && outbox.inFlight) {
          expect(Buffer.byteLength(outbox.inFlight.text)).toBeLessThanOrEqual(limits.frameBytes);
          sent.push(...eventsOf(JSON.parse(outbox.inFlight.text)));
          outbox.acknowledge(outbox.inFlight.sequence);
        }
        expect(sent).toEqual(events);
      }),
    );
  });

  it("a large snapshot is sent in parts, and later events follow its last part", () => {
    const outbox = new Outbox({ ...outboxLimits, frameEvents: 2 });
    outbox.beginSnapshot([count("a", 1), count("b", 1), count("c", 1)], amiUp);
    expect(cut(outbox)).toMatchObject({ type: "snapshot", sequence: 1, more: true });
    outbox.pushEvent(count("a", 2));
    outbox.acknowledge(1);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 2, more: false, lost: 0, ami: amiUp, events: [count("c", 1)] },
      { type: "events", sequence: 3, events: [count("a", 2)] },
    ]);
  });
});

describe("UP2 a frame says until when the site has everything", () => {
  const at = (seconds: number) => ({ ...occurrence("x"), at: seconds * 1000 });

  it("if later occurrences wait, whatever their order", () => {
    const outbox = afterFirstSnapshot({ ...outboxLimits, frameEvents: 1 });
    for (const seconds of [7, 5, 6]) outbox.pushEvent(at(seconds));
    expect(drain(outbox).map((frame) => frame.completeUntil)).toEqual([5000, 6000, undefined]);
  });

  it("or something is still to be found out", () => {
    const outbox = afterFirstSnapshot();
    outbox.missingSince = () => 3000;
    outbox.pushEvent(count("a", 1));
    outbox.pushLink(amiUp);
    expect(drain(outbox).map((frame) => frame.completeUntil)).toEqual([3000, 3000]);
    outbox.missingSince = () => null;
    outbox.pushEvent(count("a", 2));
    expect(cut(outbox).completeUntil).toBe(undefined);
  });
});

describe("UP2 a frame says when agents did what the site does not get", () => {
  const status = (agent: string, seconds: number, status: string): SiteEvent =>
    ({ type: "extensionStatus", agent, status, at: seconds * 1000 }) as SiteEvent;

  it("from the first state that was replaced to the last that replaced one", () => {
    const outbox = afterFirstSnapshot();
    for (const [seconds, agent] of [
      [1, "1001"],
      [2, "1002"],
      [5, "1002"],
      [6, "1002"],
      [9, "1001"],
    ] as const)
      outbox.pushEvent(status(agent, seconds, "inuse"));
    outbox.pushEvent(status("1003", 10, "inuse"));
    const frame = cut(outbox);
    expect([eventsOf(frame).length, frame.unseen]).toEqual([3, { from: 1000, to: 9000 }]);
    outbox.acknowledge(2);
    outbox.pushEvent(status("1001", 20, "not_inuse"));
    expect(cut(outbox).unseen).toBe(undefined);
  });

  it("not of the time before a snapshot: what a standby watched, another connector has sent", () => {
    const outbox = new Outbox();
    for (const seconds of [1, 30]) outbox.pushEvent(status("1001", seconds, "inuse"));
    outbox.beginSnapshot([], amiUp);
    expect(cut(outbox).unseen).toBe(undefined);
  });

  it("not of a moment, nor of states that are not summed up", () => {
    const outbox = afterFirstSnapshot();
    for (const seconds of [1, 1.4, 2]) outbox.pushEvent(status("1001", seconds, "inuse"));
    for (const seconds of [1, 30]) outbox.pushEvent({ ...count("a", seconds), at: seconds * 1000 });
    expect(cut(outbox).unseen).toBe(undefined);
  });
});

describe("UP4 a site that does not know the epoch", () => {
  it("gets nothing before a snapshot", () => {
    const outbox = new Outbox();
    outbox.pushEvent(occurrence("x"));
    expect(outbox.cutFrame()).toEqual({ kind: "snapshotDue" });
  });

  it("gets a snapshot in place of pending states and link, then every occurrence, those in flight first", () => {
    const outbox = afterFirstSnapshot();
    outbox.pushEvent(count("a", 1));
    outbox.pushEvent(occurrence("x"));
    cut(outbox);
    outbox.pushEvent(occurrence("y"));
    outbox.pushEvent(count("a", 2));
    outbox.pushLink(amiDown);
    outbox.resume(null);
    expect(outbox.cutFrame()).toEqual({ kind: "snapshotDue" });
    outbox.beginSnapshot([count("a", 2)], amiDown);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 3, more: false, lost: 0, ami: amiDown, events: [count("a", 2)], ...incomplete },
      { type: "events", sequence: 4, events: [occurrence("x"), occurrence("y")] },
    ]);
  });
});

describe("UP2 after a reconnection", () => {
  function twoFrames(): Outbox {
    const outbox = afterFirstSnapshot();
    outbox.pushEvent(occurrence("x"));
    cut(outbox);
    outbox.pushEvent(occurrence("y"));
    return outbox;
  }

  it("an acknowledged frame is not sent again", () => {
    const outbox = twoFrames();
    outbox.resume(2);
    expect(cut(outbox)).toEqual({ type: "events", sequence: 3, events: [occurrence("y")] });
  });

  it("an unacknowledged frame stays in flight, byte for byte", () => {
    const outbox = twoFrames();
    const before = outbox.inFlight?.text;
    outbox.resume(1);
    expect(outbox.inFlight?.text).toBe(before);
  });

  it.each([0, 7])(
    "a site that has all up to %i has another past: it gets a snapshot, numbered as it expects",
    (through) => {
      const outbox = twoFrames();
      outbox.resume(through);
      expect(outbox.cutFrame()).toEqual({ kind: "snapshotDue" });
      outbox.beginSnapshot([], amiUp);
      expect(drain(outbox).map((frame) => [frame.type, frame.sequence, eventsOf(frame)])).toEqual([
        ["snapshot", through + 1, []],
        ["events", through + 2, [occurrence("x"), occurrence("y")]],
      ]);
    },
  );

  it("an acknowledgement of a frame that was never sent is refused", () => {
    expect(twoFrames().acknowledge(3)).toBe(false);
    expect(twoFrames().acknowledge(1)).toBe(true);
  });
});

describe("ST3 the unacknowledged status of AMI", () => {
  it("is the latest one, until the site acknowledges it", () => {
    const outbox = afterFirstSnapshot();
    expect(outbox.unacknowledgedLink()).toBeUndefined();
    outbox.pushLink(amiDown);
    const { sequence } = cut(outbox);
    expect(outbox.unacknowledgedLink()).toEqual(amiDown);
    outbox.pushLink(amiUp);
    expect(outbox.unacknowledgedLink()).toEqual(amiUp);
    outbox.acknowledge(sequence);
    outbox.acknowledge(cut(outbox).sequence);
    expect(outbox.unacknowledgedLink()).toBeUndefined();
  });
});

describe("UP6 dropped occurrences are reported", () => {
  it.each([
    ["their number", { ...outboxLimits, occurrences: 2 }],
    ["their bytes", { ...outboxLimits, occurrenceBytes: 2 * JSON.stringify(occurrence("0")).length }],
  ])(
    "occurrences beyond %s are dropped, the oldest first, and the next frame is a snapshot that counts them",
    (_title, limits) => {
      const outbox = afterFirstSnapshot(limits);
      outbox.pushEvent(count("a", 1));
      for (const id of ["0", "1", "2", "3"]) outbox.pushEvent(occurrence(id));
      expect(outbox.cutFrame()).toEqual({ kind: "snapshotDue" });
      outbox.beginSnapshot([count("a", 1)], amiUp);
      expect(drain(outbox)).toEqual([
        { type: "snapshot", sequence: 2, more: false, lost: 2, ami: amiUp, events: [count("a", 1)], ...incomplete },
        { type: "events", sequence: 3, events: [occurrence("2"), occurrence("3")] },
      ]);
    },
  );

  it("the count is sent again if the snapshot with it was not acknowledged", () => {
    const outbox = afterFirstSnapshot({ ...outboxLimits, occurrences: 0 });
    outbox.pushEvent(occurrence("x"));
    outbox.cutFrame();
    outbox.beginSnapshot([], amiUp);
    expect(cut(outbox)).toMatchObject({ lost: 1 });
    outbox.resume(null);
    outbox.pushEvent(occurrence("y"));
    outbox.beginSnapshot([], amiUp);
    expect(cut(outbox)).toMatchObject({ lost: 2 });
  });

  it("the outbox is drained only when the snapshot that counts them is acknowledged; until then there is a warning", () => {
    const outbox = afterFirstSnapshot({ ...outboxLimits, occurrences: 0 });
    expect([outbox.isDrained(), drainWarnings(outbox, null)]).toEqual([true, []]);
    outbox.pushEvent(occurrence("x"));
    const warnings = ["uplink: 1 occurrences were dropped, and the site may not know"];
    expect([outbox.isDrained(), drainWarnings(outbox, null)]).toEqual([false, warnings]);
    outbox.cutFrame();
    outbox.beginSnapshot([], amiUp);
    const { sequence } = cut(outbox);
    expect([outbox.isDrained(), drainWarnings(outbox, null)]).toEqual([false, warnings]);
    outbox.acknowledge(sequence);
    expect([outbox.isDrained(), drainWarnings(outbox, null)]).toEqual([true, []]);
  });

  it("a frame that the site cannot read is abandoned: a snapshot takes its number and counts its occurrences", () => {
    const outbox = afterFirstSnapshot();
    outbox.pushEvent(occurrence("x"));
    outbox.pushEvent(count("a", 1));
    cut(outbox);
    outbox.pushEvent(occurrence("y"));
    outbox.abandonInFlight();
    outbox.resume(1);
    expect(outbox.cutFrame()).toEqual({ kind: "snapshotDue" });
    outbox.beginSnapshot([count("a", 1)], amiUp);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 2, more: false, lost: 1, ami: amiUp, events: [count("a", 1)], ...incomplete },
      { type: "events", sequence: 3, events: [occurrence("y")] },
    ]);
  });
});

import { ConnectorFrame, type SequencedFrame, type SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amiDown, amiUp, count, failed, named } from "../testing/uplink-samples.ts";
import { lastWords } from "./drain.ts";
import {
  abandonInFlight,
  acknowledge,
  beginSnapshot,
  createOutbox,
  cutFrame,
  isAllTold,
  type Outbox,
  outboxLimits,
  pushEvent,
  pushLink,
  resume,
  untoldLink,
} from "./outbox.ts";

/** An outbox whose site has had its first, empty snapshot (frame 1). */
function afterFirstSnapshot(limits = outboxLimits): Outbox {
  const outbox = createOutbox(limits);
  beginSnapshot(outbox, [], amiUp);
  cut(outbox);
  acknowledge(outbox, 1);
  return outbox;
}

/** The next frame, as the site would read it; fails the test if there is none. */
function cut(outbox: Outbox): SequencedFrame {
  const next = cutFrame(outbox);
  if (next.kind !== "frame") throw new Error(`expected a frame, got ${next.kind}`);
  const frame = ConnectorFrame.parse(JSON.parse(next.text));
  if (!("sequence" in frame)) throw new Error(`an outbox never says ${frame.type}`);
  return frame;
}

/** All frames until nothing is left, each confirmed at once. */
function drain(outbox: Outbox): SequencedFrame[] {
  const frames: SequencedFrame[] = [];
  while (cutFrame(outbox).kind === "frame") {
    const frame = ConnectorFrame.parse(JSON.parse(outbox.inFlight?.text ?? "")) as SequencedFrame;
    frames.push(frame);
    acknowledge(outbox, frame.sequence);
  }
  return frames;
}

const eventsOf = (frame: SequencedFrame): readonly SiteEvent[] => (frame.type === "link" ? [] : frame.events);

describe("EV11 what waits", () => {
  it("a newer state replaces the older one and takes the newer place", () => {
    const outbox = afterFirstSnapshot();
    for (const event of [count("a", 1), named("1001", "Ann"), failed("x"), count("a", 2)]) pushEvent(outbox, event);
    expect(cut(outbox)).toEqual({
      type: "events",
      sequence: 2,
      events: [named("1001", "Ann"), failed("x"), count("a", 2)],
    });
  });

  it("equal occurrences are two occurrences", () => {
    const outbox = afterFirstSnapshot();
    pushEvent(outbox, failed("x"));
    pushEvent(outbox, failed("x"));
    expect(eventsOf(cut(outbox))).toEqual([failed("x"), failed("x")]);
  });

  it("a state in flight is not replaced: the newer value follows", () => {
    const outbox = afterFirstSnapshot();
    pushEvent(outbox, count("a", 1));
    cut(outbox);
    pushEvent(outbox, count("a", 2));
    expect(cutFrame(outbox)).toEqual({ kind: "nothing" });
    acknowledge(outbox, 2);
    expect(eventsOf(cut(outbox))).toEqual([count("a", 2)]);
  });

  it("a link change is told after what was pushed before it, and only the last one", () => {
    const outbox = afterFirstSnapshot();
    pushLink(outbox, amiDown);
    pushEvent(outbox, count("a", 1));
    pushLink(outbox, amiUp);
    pushEvent(outbox, count("b", 1));
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
    ["one event a frame, however small the limit", { ...outboxLimits, frameBytes: 1 }, [1, 1, 1, 1, 1]],
  ])("are cut %s", (_title, limits, sizes) => {
    const outbox = afterFirstSnapshot(limits);
    for (let agent = 1001; agent <= 1005; agent++) pushEvent(outbox, named(String(agent), "é".repeat(300)));
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
        if (asSnapshot) beginSnapshot(outbox, events, amiUp);
        else for (const event of events) pushEvent(outbox, event);
        const told: SiteEvent[] = [];
        while (cutFrame(outbox).kind === "frame" && outbox.inFlight) {
          expect(Buffer.byteLength(outbox.inFlight.text)).toBeLessThanOrEqual(limits.frameBytes);
          told.push(...eventsOf(JSON.parse(outbox.inFlight.text)));
          acknowledge(outbox, outbox.inFlight.sequence);
        }
        expect(told).toEqual(events);
      }),
    );
  });

  it("a large snapshot comes in parts, and what happens meanwhile after the last", () => {
    const outbox = createOutbox({ ...outboxLimits, frameEvents: 2 });
    beginSnapshot(outbox, [count("a", 1), count("b", 1), count("c", 1)], amiUp);
    expect(cut(outbox)).toMatchObject({ type: "snapshot", sequence: 1, more: true });
    pushEvent(outbox, count("a", 2));
    acknowledge(outbox, 1);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 2, more: false, lost: 0, ami: amiUp, events: [count("c", 1)] },
      { type: "events", sequence: 3, events: [count("a", 2)] },
    ]);
  });
});

describe("UP4 a site that does not know the epoch", () => {
  it("gets nothing before a snapshot", () => {
    const outbox = createOutbox();
    pushEvent(outbox, failed("x"));
    expect(cutFrame(outbox)).toEqual({ kind: "snapshotDue" });
  });

  it("gets the snapshot instead of pending states and link, then every occurrence, those in flight first", () => {
    const outbox = afterFirstSnapshot();
    pushEvent(outbox, count("a", 1));
    pushEvent(outbox, failed("x"));
    cut(outbox);
    pushEvent(outbox, failed("y"));
    pushEvent(outbox, count("a", 2));
    pushLink(outbox, amiDown);
    resume(outbox, null);
    expect(cutFrame(outbox)).toEqual({ kind: "snapshotDue" });
    beginSnapshot(outbox, [count("a", 2)], amiDown);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 3, more: false, lost: 0, ami: amiDown, events: [count("a", 2)] },
      { type: "events", sequence: 4, events: [failed("x"), failed("y")] },
    ]);
  });
});

describe("UP2 after a reconnection", () => {
  function twoFrames(): Outbox {
    const outbox = afterFirstSnapshot();
    pushEvent(outbox, failed("x"));
    cut(outbox);
    pushEvent(outbox, failed("y"));
    return outbox;
  }

  it("a frame that is durable is not sent again", () => {
    const outbox = twoFrames();
    resume(outbox, 2);
    expect(cut(outbox)).toEqual({ type: "events", sequence: 3, events: [failed("y")] });
  });

  it("a frame that is not durable stays in flight, byte for byte", () => {
    const outbox = twoFrames();
    const before = outbox.inFlight?.text;
    resume(outbox, 1);
    expect(outbox.inFlight?.text).toBe(before);
  });

  it.each([0, 7])(
    "a site that has all up to %i remembers another past: everything anew, in its numbering",
    (through) => {
      const outbox = twoFrames();
      resume(outbox, through);
      expect(cutFrame(outbox)).toEqual({ kind: "snapshotDue" });
      beginSnapshot(outbox, [], amiUp);
      expect(drain(outbox).map((frame) => [frame.type, frame.sequence, eventsOf(frame)])).toEqual([
        ["snapshot", through + 1, []],
        ["events", through + 2, [failed("x"), failed("y")]],
      ]);
    },
  );

  it("an acknowledgement of what was never sent is refused", () => {
    expect(acknowledge(twoFrames(), 3)).toBe(false);
    expect(acknowledge(twoFrames(), 1)).toBe(true);
  });
});

describe("ST3 what the site does not know of AMI yet", () => {
  it("is the latest change, from when it waits until it is confirmed", () => {
    const outbox = afterFirstSnapshot();
    expect(untoldLink(outbox)).toBeUndefined();
    pushLink(outbox, amiDown);
    const { sequence } = cut(outbox);
    expect(untoldLink(outbox)).toEqual(amiDown);
    pushLink(outbox, amiUp);
    expect(untoldLink(outbox)).toEqual(amiUp);
    acknowledge(outbox, sequence);
    acknowledge(outbox, cut(outbox).sequence);
    expect(untoldLink(outbox)).toBeUndefined();
  });
});

describe("UP6 what is lost is told", () => {
  it.each([
    ["their number", { ...outboxLimits, occurrences: 2 }],
    ["their bytes", { ...outboxLimits, occurrenceBytes: 2 * JSON.stringify(failed("0")).length }],
  ])(
    "occurrences beyond %s are dropped, the oldest first, and the next frame is a snapshot that counts them",
    (_title, limits) => {
      const outbox = afterFirstSnapshot(limits);
      pushEvent(outbox, count("a", 1));
      for (const id of ["0", "1", "2", "3"]) pushEvent(outbox, failed(id));
      expect(cutFrame(outbox)).toEqual({ kind: "snapshotDue" });
      beginSnapshot(outbox, [count("a", 1)], amiUp);
      expect(drain(outbox)).toEqual([
        { type: "snapshot", sequence: 2, more: false, lost: 2, ami: amiUp, events: [count("a", 1)] },
        { type: "events", sequence: 3, events: [failed("2"), failed("3")] },
      ]);
    },
  );

  it("the count is told again if the snapshot that told it did not arrive", () => {
    const outbox = afterFirstSnapshot({ ...outboxLimits, occurrences: 0 });
    pushEvent(outbox, failed("x"));
    cutFrame(outbox);
    beginSnapshot(outbox, [], amiUp);
    expect(cut(outbox)).toMatchObject({ lost: 1 });
    resume(outbox, null);
    pushEvent(outbox, failed("y"));
    beginSnapshot(outbox, [], amiUp);
    expect(cut(outbox)).toMatchObject({ lost: 2 });
  });

  it("who stops has something to tell until the snapshot that counts them is confirmed, and says so if it is not", () => {
    const outbox = afterFirstSnapshot({ ...outboxLimits, occurrences: 0 });
    expect([isAllTold(outbox), lastWords(outbox, null)]).toEqual([true, []]);
    pushEvent(outbox, failed("x"));
    const words = ["uplink: 1 occurrences were dropped, which the site may not know"];
    expect([isAllTold(outbox), lastWords(outbox, null)]).toEqual([false, words]);
    cutFrame(outbox);
    beginSnapshot(outbox, [], amiUp);
    const { sequence } = cut(outbox);
    expect([isAllTold(outbox), lastWords(outbox, null)]).toEqual([false, words]);
    acknowledge(outbox, sequence);
    expect([isAllTold(outbox), lastWords(outbox, null)]).toEqual([true, []]);
  });

  it("a frame that the site cannot read is given up: a snapshot takes its number and counts its occurrences", () => {
    const outbox = afterFirstSnapshot();
    pushEvent(outbox, failed("x"));
    pushEvent(outbox, count("a", 1));
    cut(outbox);
    pushEvent(outbox, failed("y"));
    abandonInFlight(outbox);
    resume(outbox, 1);
    expect(cutFrame(outbox)).toEqual({ kind: "snapshotDue" });
    beginSnapshot(outbox, [count("a", 1)], amiUp);
    expect(drain(outbox)).toEqual([
      { type: "snapshot", sequence: 2, more: false, lost: 1, ami: amiUp, events: [count("a", 1)] },
      { type: "events", sequence: 3, events: [failed("y")] },
    ]);
  });
});

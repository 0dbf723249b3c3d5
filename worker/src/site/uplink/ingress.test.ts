import { type SequencedFrame, type SiteEvent, stateMapOf, uplinkProtocol } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, failed, member, named } from "../../testing/events.ts";
import { amiDown, amiUp } from "../../testing/uplink.ts";
import { createMeta, type SiteMeta } from "../meta.ts";
import { noDuplicates, withDelivered } from "./duplicates.ts";
import { maxStates, refuseFrame, type Site, stepFrame, stepHello, stepOffline } from "./ingress.ts";

const now = 9_000;
const moment = { now, freshEpoch: "fresh" };
const site = (meta: Partial<SiteMeta> = {}, events: readonly SiteEvent[] = [], parts: Site["parts"] = []): Site => ({
  meta: { ...createMeta("e1"), sequence: 10, ...meta },
  states: stateMapOf(events),
  parts,
  duplicates: noDuplicates,
});
/** Who took the uplink over long ago, and to whom nobody has handed in anything. */
const since = { from: { sequence: 0, at: 0 }, handedIn: [] };
/** The connector `c1` is there, everything up to frame 4 is durable. */
const live: Partial<SiteMeta> = {
  connector: { epoch: "c1", version: "0", through: 4, ...since },
  link: "up",
  asOf: 5_000,
  ami: amiUp,
};
const fresh = { ...live, connector: { epoch: "c1", version: "0", through: null, ...since } };
const helloOf = (epoch: string) =>
  ({ type: "hello", protocol: uplinkProtocol, epoch, startedAt: 1, connectorVersion: "7" }) as const;

describe("UP1, UP4 hello", () => {
  it.each<[string, Partial<SiteMeta>, string, number | null, Partial<SiteMeta>, heardAt?: number]>([
    ["the first connector ever", {}, "c1", null, { link: "down", asOf: 0, sequence: 11 }],
    ["a known one that returns", { ...live, link: "offline", asOf: 6_000 }, "c1", 4, { link: "up", asOf: now }],
    ["a known one without AMI", { ...live, link: "offline", ami: amiDown }, "c1", 4, { link: "down", asOf: 6_000 }],
    ["a known one, socket replaced", live, "c1", 4, { link: "up", asOf: 5_000, sequence: 10 }],
    ["another one takes over", live, "c2", null, { link: "down", asOf: now }],
    [
      "another one takes over from one that was not heard for some time",
      live,
      "c2",
      null,
      { link: "down", asOf: now - 9_000 },
      now - 9_000,
    ],
    [
      "another one after an absence",
      { ...live, link: "offline", asOf: 6_000 },
      "c2",
      null,
      { link: "down", asOf: 6_000 },
    ],
  ])("%s", (_title, meta, epoch, through, after, heardAt = now) => {
    const step = stepHello(site(meta), helloOf(epoch), now, heardAt);
    // A process of which the site knows nothing learns until when others have reported what happened.
    const asOf = through === null && after.asOf ? { asOf: after.asOf } : {};
    expect(step.reply).toEqual({ type: "welcome", protocol: uplinkProtocol, through, at: now, ...asOf });
    expect(step.commit?.meta).toMatchObject({ ...after, connector: { epoch, version: "7", through } });
    expect(step.commit?.parts).toBe(through === null ? "drop" : "keep");
  });
});

describe("UP1 UP2 until when the site knows all that happened", () => {
  const eventsOf = (sequence: number) => ({ type: "events" as const, sequence, events: [failed("a")] });
  const asOfFor = (meta: Partial<SiteMeta>) => stepHello(site(meta), helloOf("c2"), now).reply;

  it("is what the last frame said, and the next process learns it", () => {
    const frame = { ...eventsOf(5), completeUntil: 3_000 };
    const behind = stepFrame(site(live), frame, moment).commit?.meta;
    expect(asOfFor(behind ?? {})).toMatchObject({ through: null, asOf: 3_000 });
    const last = eventsOf(6);
    expect(asOfFor(stepFrame(site(behind), last, moment).commit?.meta ?? {})).toMatchObject({ asOf: now });
  });

  it("what agents did without the site's knowledge goes with the commit", () => {
    const unseen = { from: 1_000, to: 3_000 };
    expect(stepFrame(site(live), { ...eventsOf(5), unseen }, moment).commit).toMatchObject({ unseen });
  });

  it("does not change while a process that is to go on from there has sent nothing", () => {
    const meta = { ...live, link: "offline", asOf: 6_000, completeUntil: 3_000 } as const;
    const taken = stepHello(site(meta), helloOf("c2"), now).commit?.meta;
    expect(stepHello(site(taken), helloOf("c3"), now).reply).toMatchObject({ asOf: 3_000 });
  });

  it("is when the uplink was lost, until the same process has sent what happened meanwhile", () => {
    const back = stepHello(site({ ...live, link: "offline", asOf: 6_000 }), helloOf("c1"), now).commit?.meta;
    expect(asOfFor(back ?? {})).toMatchObject({ asOf: 6_000 });
    const first = eventsOf(5);
    expect(asOfFor(stepFrame(site(back), first, moment).commit?.meta ?? {})).toMatchObject({ asOf: now });
  });
});

describe("ST3 a known connector that returns after AMI has changed", () => {
  const lost = { up: false, asOf: 4_000, asteriskVersion: "22.10.1" };
  it.each<[string, Partial<SiteMeta>, object, object]>([
    ["lost meanwhile", { ...live, link: "offline", asOf: 6_000 }, lost, { link: "down", asOf: 4_000, ami: lost }],
    ["lost, the socket replaced", live, lost, { link: "down", asOf: 4_000, ami: lost }],
    [
      "back, but what changed is still to come",
      { ...live, link: "offline", asOf: 6_000, ami: amiDown },
      { ...lost, up: true },
      { link: "down", asOf: 6_000, ami: amiDown },
    ],
  ])("%s", (_title, meta, ami, after) => {
    const hello = { ...helloOf("c1"), ami } as Parameters<typeof stepHello>[1];
    expect(stepHello(site(meta), hello, now).commit?.meta).toMatchObject(after);
  });
});

describe("UP2 numbers", () => {
  const events = (sequence: number): SequencedFrame => ({ type: "events", sequence, events: [failed("a")] });
  it.each<[string, Partial<SiteMeta>, SequencedFrame, object]>([
    ["the next one is stored", live, events(5), { reply: { type: "ack", through: 5 }, close: null }],
    [
      "the last one again is dropped",
      live,
      events(4),
      { commit: null, reply: { type: "ack", through: 4 }, close: null },
    ],
    ["an older one is dropped", live, events(1), { commit: null, reply: { type: "ack", through: 4 }, close: null }],
    ["one too far", live, events(6), { commit: null, reply: null, close: { reason: "out_of_order" } }],
    ["no hello", {}, events(1), { commit: null, reply: null, close: { reason: "out_of_order" } }],
    ["no snapshot yet", fresh, events(1), { commit: null, reply: null, close: { reason: "out_of_order" } }],
    [
      "a first snapshot may have any number",
      fresh,
      { type: "snapshot", sequence: 7, more: false, lost: 0, ami: amiUp, events: [] },
      { reply: { type: "ack", through: 7 }, close: null },
    ],
  ])("%s", (_title, meta, frame, step) => {
    expect(stepFrame(site(meta), frame, moment)).toMatchObject(step);
  });
});

describe("what a frame puts into the log", () => {
  const taken = (before: Site, frame: SequencedFrame) => {
    const { commit } = stepFrame(before, frame, moment);
    if (!commit) throw new Error("nothing was stored");
    return commit;
  };
  const snapshot = (events: SiteEvent[], rest: object = {}): SequencedFrame => ({
    type: "snapshot",
    sequence: 5,
    more: false,
    lost: 0,
    ami: amiUp,
    events,
    ...rest,
  });

  it("events: each takes the next position of the site, not of the connector", () => {
    const commit = taken(site(live), { type: "events", sequence: 5, events: [failed("a"), failed("b")] });
    expect(commit.items).toEqual([failed("a"), failed("b")]);
    expect(commit.meta).toMatchObject({ epoch: "e1", sequence: 12, lastChange: now, connector: { through: 5 } });
  });

  it("a link frame that says nothing new is no change", () => {
    const commit = taken(site({ ...live, lastChange: 3 }), { type: "link", sequence: 5, ami: amiUp });
    expect(commit).toMatchObject({ items: [], meta: { sequence: 10, lastChange: 3 } });
  });

  it("UP4 a snapshot logs what differs, then the link; the states become exactly the snapshot's", () => {
    const before = site({ ...fresh, link: "down" }, [
      count("a", 1),
      named("1001", "Ann"),
      member("1001", "a", "inuse"),
    ]);
    const after = [count("a", 1), count("b", 2)];
    const commit = taken(before, snapshot(after));
    expect(commit.items).toEqual([
      { ...member("1001", "a", "loggedoff"), since: amiUp.asOf, at: amiUp.asOf },
      count("b", 2),
      { type: "link", link: "up", asOf: amiUp.asOf },
    ]);
    expect([...(commit.replaceStates?.values() ?? [])]).toEqual(after);
    expect(commit.meta).toMatchObject({ epoch: "e1", sequence: 13, link: "up" });
  });

  it("UP5 a part is kept and shows nothing", () => {
    const commit = taken(site(fresh), snapshot([count("a", 1)], { more: true }));
    expect(commit).toMatchObject({ items: [], replaceStates: null, parts: { sequence: 5, events: [count("a", 1)] } });
  });

  it("UP5 the last part brings all of them, a later value in place of an earlier", () => {
    const before = site(live, [], [[count("a", 1)], [count("b", 1)]]);
    const commit = taken(before, snapshot([count("a", 2)]));
    expect([...(commit.replaceStates?.values() ?? [])]).toEqual([count("a", 2), count("b", 1)]);
    expect(commit.parts).toBe("drop");
  });

  it("UP6 lost: a new epoch with an empty log, whatever differs", () => {
    const commit = taken(site({ ...live, floor: 3 }, [count("a", 1)]), snapshot([count("a", 2)], { lost: 1 }));
    expect(commit).toMatchObject({ newEpoch: true, items: [] });
    expect(commit.meta).toMatchObject({ epoch: "fresh", sequence: 10, floor: 10, link: "up", lastChange: now });
  });

  it("UP5 nothing but parts may come within a snapshot", () => {
    const step = stepFrame(site(live, [], [[count("a", 1)]]), { type: "link", sequence: 5, ami: amiUp }, moment);
    expect(step).toMatchObject({ close: { reason: "bad_frame" }, commit: { parts: "drop", meta: live } });
  });

  it("more states than a site may have are refused, new values of known ones are not", () => {
    const full = site(live, [count("a", 1)]);
    const many = Array.from({ length: maxStates }, (_, index) => count(String(index), 1));
    const crowded: Site = { ...full, states: stateMapOf(many) };
    const next = (event: SiteEvent) =>
      stepFrame(crowded, { type: "events", sequence: 5, events: [event] }, moment).close;
    expect(next(count("one more", 1))).toMatchObject({ reason: "bad_frame" });
    expect(next(count("7", 2))).toBeNull();
    expect(next(failed("a"))).toBeNull();
    expect(stepFrame(full, snapshot([...many, count("x", 1)]), moment).close).toMatchObject({ reason: "bad_frame" });
  });
});

describe("ST3 offline", () => {
  it.each<[string, Partial<SiteMeta>, object | null]>([
    [
      "from up: as of the last frame or ping",
      live,
      { link: "offline", asOf: 8_000, sequence: 11, connectorSince: now },
    ],
    ["from down: as of when AMI was lost", { ...live, link: "down", asOf: 6_000 }, { link: "offline", asOf: 6_000 }],
    ["published once", { ...live, link: "offline" }, null],
  ])("%s", (_title, meta, after) => {
    const commit = stepOffline(site(meta), 8_000, now);
    expect(commit?.meta ?? null).toEqual(after && expect.objectContaining(after));
  });

  it("a frame that cannot be read changes nothing but voids parts", () => {
    expect(refuseFrame(site(live), "x")).toMatchObject({ commit: null, close: { reason: "bad_frame", because: "x" } });
    expect(refuseFrame(site(live, [], [[]]), "x").commit).toMatchObject({ parts: "drop", items: [] });
  });
});

describe("EV11 what changes nothing", () => {
  it("is a state with the value it has; another value and back within a frame are", () => {
    const events = [count("a", 1), count("b", 2), count("a", 2), count("a", 1)];
    const next = stepFrame(site(live, [count("a", 1)]), { type: "events", sequence: 5, events }, moment);
    expect(next.commit?.items).toEqual([count("b", 2), count("a", 2), count("a", 1)]);
  });
});

describe("UP3 a takeover", () => {
  it("begins at the site's position; what was delivered before it is logged once", () => {
    expect(stepHello(site(live), helloOf("c2"), now).commit?.meta.connector?.from).toEqual({ sequence: 10, at: now });
    expect(stepHello(site(live), helloOf("c1"), now).commit?.meta.connector?.from).toEqual(since.from);
    const events: SequencedFrame = { type: "events", sequence: 5, events: [failed("a"), failed("b")] };
    const step = stepFrame({ ...site(live), duplicates: withDelivered(noDuplicates, [failed("a")]) }, events, moment);
    expect(step.commit).toMatchObject({ items: [failed("b")], duplicates: noDuplicates });
  });
});

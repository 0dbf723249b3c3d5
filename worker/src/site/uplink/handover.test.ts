import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, failed } from "../../testing/events.ts";
import { amiUp } from "../../testing/uplink.ts";
import { createMeta } from "../meta.ts";
import { duplicateSpanMs, noDuplicates, withDelivered, withoutDuplicates } from "./duplicates.ts";
import { deliveredSince, planHandover } from "./handover.ts";
import type { Site } from "./ingress.ts";

const now = 50_000_000;
const moment = { now, freshEpoch: "fresh" };
const connector = { epoch: "c2", version: "0", through: 4, from: { sequence: 3, at: 1 }, handedIn: [] };
const site: Site = {
  meta: { ...createMeta("e1"), sequence: 10, link: "up", ami: amiUp, connector },
  states: new Map([["queueCount support", count("support", 1)]]),
  parts: [],
  duplicates: noDuplicates,
};
const offer = (events: readonly SiteEvent[], lost = 0) => ({ events: [...events], lost, withinMs: null });

describe("UP3 the handover of a superseded connector", () => {
  it("is logged without what was delivered; the holder's numbers and the states stay", () => {
    const commit = planHandover(
      site,
      offer([failed("delivered"), failed("new")]),
      withDelivered(noDuplicates, [failed("delivered")]),
      moment,
    );
    expect(commit).toMatchObject({ items: [failed("new")], replaceStates: null, parts: "keep", newEpoch: false });
    expect(commit?.meta).toMatchObject({ epoch: "e1", sequence: 11, lastChange: now, link: "up" });
    expect(commit?.meta.connector).toMatchObject({ epoch: "c2", through: 4 });
  });

  it("is known as delivered from then on, also after an eviction, because the holder may send the same", () => {
    const commit = planHandover(site, offer([failed("new")]), noDuplicates, moment);
    expect(withoutDuplicates([failed("new"), failed("other")], commit?.duplicates ?? noDuplicates).events).toEqual([
      failed("other"),
    ]);
    expect(commit?.meta.connector?.handedIn).toEqual([{ after: 10, through: 11, at: now }]);
  });

  it.each([
    ["was delivered already", offer([failed("delivered")])],
    ["is a state, which only the holder publishes", offer([count("support", 9)])],
    ["is nothing", offer([])],
  ])("what %s changes nothing", (_title, handIn) => {
    expect(planHandover(site, handIn, withDelivered(noDuplicates, [failed("delivered")]), moment)).toBeNull();
  });

  it("UP6 what it had to drop begins a new epoch, of which what it still has is part", () => {
    const commit = planHandover(site, offer([failed("new")], 3), noDuplicates, moment);
    expect(commit).toMatchObject({ newEpoch: true, items: [failed("new")], replaceStates: site.states });
    expect(commit?.meta).toMatchObject({ epoch: "fresh", floor: 10, sequence: 11, lost: { total: 3, at: now } });
  });

  it("is compared with the log as far back as it reaches, and as far as two connectors' times differ", () => {
    expect(deliveredSince({ ...offer([]), withinMs: 45_000 }, now)).toBe(now - 105_000);
    expect(deliveredSince(offer([]), now)).toBeNull();
  });

  it("places that are listened for no more are forgotten", () => {
    const old = { after: 1, through: 2, at: now - duplicateSpanMs };
    const lately = { after: 3, through: 4, at: now - 1 };
    const before = { ...site, meta: { ...site.meta, connector: { ...connector, handedIn: [old, lately] } } };
    const commit = planHandover(before, offer([failed("new")]), noDuplicates, moment);
    expect(commit?.meta.connector?.handedIn).toEqual([lately, { after: 10, through: 11, at: now }]);
  });
});

import { describe, expect, it } from "vitest";
import { OwnObjects } from "./own-objects.ts";
import { isShared, sharedRef, unionOf } from "./scope.ts";

describe("objects of a holder's own", () => {
  it("are few, and stay its own", () => {
    const own = new OwnObjects();
    const granted = Array.from({ length: 300 }, (_, index) => own.mayHave("crm", `hq/${index}`));
    expect(granted.filter(Boolean)).toHaveLength(32);
    expect(own.mayHave("crm", "hq/0")).toBe(true);
    expect(own.mayHave("crm", "hq/299")).toBe(false);
    expect(own.mayHave("other", "hq/299")).toBe(true);
  });

  it("holders are forgotten, the longest idle first, so that their number is bounded", () => {
    const own = new OwnObjects();
    for (let index = 0; index < 40; index++) own.mayHave("busy", `hq/${index}`);
    for (let index = 0; index < 40; index++) own.mayHave("idle", `hq/${index}`);
    for (let holder = 0; holder < 4_999; holder++) {
      own.mayHave(`${holder}`, "hq/1");
      expect(own.mayHave("busy", "hq/39")).toBe(false);
    }
    expect(own.mayHave("idle", "hq/39")).toBe(true);
  });
});

describe("shared objects", () => {
  it("are eight of each kind, and no name is theirs", () => {
    const refs = Array.from({ length: 500 }, (_, index) => sharedRef({ kind: "agent", name: `hq/${index}` }));
    expect(new Set(refs.map(({ name }) => name)).size).toBe(8);
    expect(refs.every(({ name }) => isShared(name) && name.startsWith("hq/"))).toBe(true);
    for (const name of ["+1", "1", " 1", "%2B1"]) expect(isShared(`hq/${encodeURIComponent(name)}`)).toBe(false);
  });

  const filter = { agents: ["1"], queues: [], summary: false, about: null } as const;
  it.each([
    ["one", [filter], filter],
    [
      "names",
      [filter, { ...filter, agents: ["2", "1"], queues: ["a"] }],
      { ...filter, agents: ["1", "2"], queues: ["a"] },
    ],
    ["all and some", [filter, { ...filter, agents: "*" }], { ...filter, agents: "*" }],
    ["summaries", [filter, { ...filter, summary: true }], { ...filter, summary: true }],
    [
      "the same about",
      [
        { ...filter, about: "agent" },
        { ...filter, about: "agent" },
      ],
      { ...filter, about: "agent" },
    ],
    ["another about", [{ ...filter, about: "agent" }, filter], filter],
    ["a list from the grant", [{ ...filter, unnamed: true }, filter], filter],
    [
      "too many names",
      [{ ...filter, agents: Array.from({ length: 1_500 }, (_, index) => `a${index}`) }, filter].concat([
        { ...filter, agents: Array.from({ length: 1_500 }, (_, index) => `b${index}`) },
      ]),
      { ...filter, agents: "*" },
    ],
  ] as const)("ask the site for %s", (_title, filters, union) => {
    expect(unionOf(filters as unknown as Parameters<typeof unionOf>[0])).toEqual(union);
  });
});

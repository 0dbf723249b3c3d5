import { describe, expect, it } from "vitest";
import { isFurther, shardRef, splitName } from "../scope-name.ts";
import { objectClients } from "./object-clients.ts";
import { isShared, sharedRef, subjectRef } from "./scope.ts";
import { Shards } from "./shards.ts";

describe("SC1 where a stream looks for room first", () => {
  it("at the first object, and behind those that were full a moment ago", () => {
    const shards = new Shards();
    expect(shards.startFor("a", 0)).toBe(0);
    shards.foundFull("a", 1, 0);
    shards.foundFull("a", 2, 5_000);
    expect(shards.startFor("a", 9_999)).toBe(2);
    expect(shards.startFor("b", 9_999)).toBe(0);
  });

  it("at the first again after ten seconds, however many streams have come meanwhile", () => {
    const shards = new Shards();
    for (let now = 0; now < 10_000; now += 100) shards.foundFull("a", now / 100 + 1, now);
    expect(shards.startFor("a", 10_000)).toBe(0);
    shards.foundFull("a", 1, 10_000);
    expect(shards.startFor("a", 10_001)).toBe(1);
  });

  it("an object that was slow to refuse does not lead back", () => {
    const shards = new Shards();
    shards.foundFull("a", 3, 0);
    shards.foundFull("a", 1, 1);
    expect(shards.startFor("a", 2)).toBe(3);
  });
});

describe("SC1 names", () => {
  const first = subjectRef("queue", "hq", "a/2");

  it("of further objects keep site and subject, and no subject looks like one", () => {
    expect(shardRef(first, 0)).toBe(first);
    expect(isFurther(first)).toBe(false);
    const third = shardRef(first, 2);
    expect(third).toEqual({ kind: "queue", name: "hq/a%2F2/2" });
    expect(splitName(third.name)).toEqual({ site: "hq", subject: "a%2F2", shard: 2 });
    expect(isFurther(third)).toBe(true);
  });

  it("shared objects have further ones, too", () => {
    const further = shardRef(sharedRef(first), 1);
    expect(isShared(further.name)).toBe(true);
    expect(isFurther(further)).toBe(true);
  });
});

it.each([
  [undefined, 1_000],
  ["", 1_000],
  ["1", 1],
  [" 250 ", 250],
  ["10000", 10_000],
])("PBXIS_OBJECT_CLIENTS %j: %s clients", (text, clients) => {
  expect(objectClients(text === undefined ? {} : { PBXIS_OBJECT_CLIENTS: text })).toEqual({ ok: true, clients });
});

it.each(["0", "10001", "-1", "1.5", "1e3", "many", " "])("PBXIS_OBJECT_CLIENTS %j is refused by name", (text) => {
  const message = "PBXIS_OBJECT_CLIENTS must be a number of clients from 1 to 10000";
  expect(objectClients({ PBXIS_OBJECT_CLIENTS: text })).toEqual({ ok: false, message });
});

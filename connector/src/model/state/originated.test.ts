/** CM1: whom an originated channel's Uniqueid names. */
import { expect, it } from "vitest";
import { compareAge } from "./age.ts";
import { actionIdOf, originatedBy, originatedChannelId } from "./originated.ts";

const actionId = "pbxis-5f2c0e1d9a8b7c6d-1763890000";

it.each(["1001", "bob.jones", "x_2-5f", "+385 91", "Zoë", "a-pbxis-1"])("the agent %s is in the Uniqueid", (agent) => {
  const uniqueId = originatedChannelId(actionId, agent);
  expect(uniqueId).toMatch(/^[\w-]{1,147}$/);
  expect(originatedBy(uniqueId)).toEqual({ actionId, agent });
  expect(actionIdOf(uniqueId)).toBe(actionId);
});

it("an id of 149 characters at most, which is Asterisk's limit: a longer agent is left out", () => {
  const uniqueId = originatedChannelId(actionId, "ü".repeat(128));
  expect(uniqueId.length).toBeLessThan(147);
  expect(originatedBy(uniqueId)).toEqual({ actionId, agent: null });
});

it.each(["1795425023.57", "asterisk-1795425023.57", actionId, `a1001-${actionId};2`, "a1001-other-1", "a-1", ""])(
  "%s is no originated channel",
  (uniqueId) => {
    expect(originatedBy(uniqueId)).toBeNull();
    expect(actionIdOf(uniqueId)).toBe(uniqueId);
  },
);

it("has an age, and so has the other half of a Local channel", () => {
  const first = originatedChannelId(actionId, "1001");
  expect(compareAge(first, "1763889999.4")).toBeGreaterThan(0);
  expect(compareAge(`${first};2`, "1763890001.4")).toBeLessThan(0);
  expect(compareAge(first, `${first};2`)).toBeLessThan(0);
});

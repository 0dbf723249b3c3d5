/** PX3: positions of pbxis-ws clients. */
import { expect, it } from "vitest";
import { encodePlace, parsePlace } from "./place.ts";

const cursor = { epoch: "k3", sequence: 41 };

it("PX3 a place is a cursor, and how many occurrences were received after it", () => {
  expect([encodePlace(cursor), parsePlace("k3-41")]).toEqual(["k3-41", cursor]);
  expect([encodePlace({ ...cursor, received: 2 }), parsePlace("k3-41+2")]).toEqual([
    "k3-41+2",
    { ...cursor, received: 2 },
  ]);
  for (const text of ["", "k3", "k3-41+", "k3-41+x", "k3-41+2+3", "+2", "k3-41+1234567890"])
    expect(parsePlace(text)).toBeUndefined();
});

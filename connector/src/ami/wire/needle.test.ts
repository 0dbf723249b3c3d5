import fc from "fast-check";
import { expect, it } from "vitest";
import { Needle } from "./needle.ts";

const text = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom("a", "b", "\xff"), { minLength, maxLength }).map((letters) => letters.join(""));

it("a text is found within the borders, and not across them", () => {
  fc.assert(
    fc.property(text(1, 4), text(0, 30), text(0, 4), text(0, 4), (needle, hay, before, after) => {
      const bytes = Buffer.from(before + hay + after, "latin1");
      const isIn = new Needle(needle).isIn(bytes, before.length, before.length + hay.length);
      expect(isIn).toBe(hay.includes(needle));
    }),
  );
});

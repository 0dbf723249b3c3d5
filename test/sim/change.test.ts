import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyChanges, defects, lowLimits } from "./change.ts";

const root = new URL("../../", import.meta.url);

describe("every change of the source that a simulation makes finds its place there", () => {
  it.each([...defects, ...lowLimits].map((change) => [`${change.file}: ${change.from}`, change] as const))(
    "%s",
    (_title, change) => {
      const source = readFileSync(new URL(change.file, root), "utf8");
      expect(applyChanges(change.file, source, [change])).not.toBe(source);
    },
  );
});

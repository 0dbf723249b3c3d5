import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { describe, expect, it } from "vitest";
import { applyChanges, defects } from "./change.ts";
import { lowLimits } from "./low-limits.ts";

const root = new URL("../../", import.meta.url);

describe("every source patch of the simulation applies exactly once and leaves valid TypeScript", () => {
  it.each([...defects, ...lowLimits].map((change) => [`${change.file}: ${change.from}`, change] as const))(
    "%s",
    (_title, change) => {
      const source = readFileSync(new URL(change.file, root), "utf8");
      const changed = applyChanges(change.file, source, [change]);
      expect(changed).not.toBe(source);
      expect(() => stripTypeScriptTypes(changed)).not.toThrow();
    },
  );
});

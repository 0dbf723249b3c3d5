/** The report of the client's public surface, `client.api.d.ts`. A change of the surface is a change of this file. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { bundleClient } from "./build.ts";
import { clientDeclarations } from "./declarations.ts";
import { equalTypes } from "./equal-types.ts";
import { printType } from "./print-type.ts";

describe("the client's declarations", () => {
  it("are those of the report: `vitest -u` renews it, and its difference is what users of the client notice", async () => {
    await expect(await clientDeclarations()).toMatchFileSnapshot(join(import.meta.dirname, "client.api.d.ts"));
  });

  it("need no package, and have the types that the schemas infer", async () => {
    expect(await clientDeclarations()).not.toMatch(/\bimport\b|\bz\.|Unprintable/);
    expect(equalTypes.length).toBeGreaterThan(0);
  });
});

describe("the client", () => {
  it("is at most 12 KB for a browser", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pbxis-client-"));
    await bundleClient(join(folder, "index.js"));
    expect(gzipSync(readFileSync(join(folder, "index.js"))).length).toBeLessThanOrEqual(12 * 1024);
    rmSync(folder, { recursive: true });
  });
});

describe("a printed type", () => {
  const inner = z.object({ a: z.string() });
  it.each([
    ["a nullable list", z.array(z.number().nullable()).readonly(), "readonly (number | null)[]"],
    ["words", z.literal(["up", "down"]), '"up" | "down"'],
    ["a record of a named type", z.record(z.string(), inner), "Record<string, Inner>"],
    ["an optional field", z.object({ b: z.boolean().optional() }), "{ b?: boolean | undefined; }"],
    ["a frozen object", z.object({ a: z.unknown() }).readonly(), "Readonly<{ a: unknown; }>"],
  ])("%s", (_name, schema, text) => {
    expect(printType(schema, "output", (other) => (other === inner ? "Inner" : undefined))).toBe(text);
  });

  it("lets a client leave out what a schema fills in, but not a reader", () => {
    const schema = z.object({ paused: z.boolean().default(true) });
    const print = (direction: "input" | "output") => printType(schema, direction, () => undefined);
    expect(print("input")).toBe("{ paused?: boolean | undefined; }");
    expect(print("output")).toBe("{ paused: boolean; }");
  });
});

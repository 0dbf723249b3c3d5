/** The report of the hooks' public surface, `react.api.d.ts`. A change of the surface is a change of this file. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { bundleHooks, hooksDeclarations } from "./build.ts";

it("the hooks' declarations are those of the report: `vitest -u` renews it", async () => {
  const text = await hooksDeclarations();
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, "react.api.d.ts"));
  const imported = [...text.matchAll(/ from "([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(imported)).toEqual(new Set(["react", "@pbxis/client"]));
});

it("the hooks are at most 2 KB for a browser, and import React alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pbxis-react-"));
  await bundleHooks(join(folder, "index.js"));
  const text = readFileSync(join(folder, "index.js"), "utf8");
  expect(gzipSync(text).length).toBeLessThanOrEqual(2 * 1024);
  expect([...text.matchAll(/from"([^"]+)"/g)].map(([, name]) => name)).toEqual(expect.arrayContaining(["react"]));
  expect(text).not.toMatch(/from"(?!react")/);
  expect(text).toMatch(/^"use client";/);
  rmSync(folder, { recursive: true });
});

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { buildDashboard, maxScriptBytes, scriptBytes } from "./dashboard-build.ts";

const dist = new URL("../dashboard/dist/", import.meta.url);

describe("the built dashboard", () => {
  it("sends no more scripts than the limit", async () => {
    const files = await buildDashboard();
    expect(scriptBytes(files)).toBeLessThanOrEqual(maxScriptBytes);
    expect(scriptBytes(files)).toBeGreaterThan(0);
  });

  it("has a page that refers to existing files only, and has no inline script or style", async () => {
    const files = await buildDashboard();
    const page = await readFile(new URL("index.html", dist), "utf8");
    const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path);
    expect(named).toHaveLength(3);
    for (const path of named) expect(files.map((file) => file.path)).toContain(path);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|\{\{/);
  });

  it("is the same when two builds run at once", async () => {
    const [one, other] = await Promise.all([buildDashboard(), buildDashboard()]);
    expect(one).toEqual(other);
    for (const { path } of one) expect(await readFile(new URL(path, dist))).not.toHaveLength(0);
  });
});

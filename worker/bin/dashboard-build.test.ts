import { readFile } from "node:fs/promises";
import { eventTraits } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { buildDashboard } from "./dashboard-build.ts";
import {
  type BuiltFile,
  maxFirstViewBytes,
  maxScriptBytes,
  scriptSizes,
  sizeProblem,
  withImports,
} from "./dashboard-size.ts";

const dist = new URL("../dashboard/dist/", import.meta.url);

describe("the built dashboard", () => {
  it("sends no more scripts than the limits, and each view but the first when it is opened", async () => {
    const files = await buildDashboard();
    const sizes = scriptSizes(files);
    expect(sizeProblem(sizes)).toBe(null);
    const views = Object.keys(sizes.views).map((path) => /([\w-]+)-\w{8}\.js$/.exec(path)?.[1]);
    expect(views).toEqual(expect.arrayContaining(["agents-view", "agent-page", "kiosk"]));
    const page = withImports(files.find(({ role }) => role === "page")?.path, files);
    for (const view of Object.keys(sizes.views)) expect([...page]).not.toContain(view);
  });

  it("has a page that refers to existing files only, and has no inline script or style", async () => {
    const files = await buildDashboard();
    const page = await readFile(new URL("index.html", dist), "utf8");
    const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path);
    for (const path of named) expect(files.map((file) => file.path)).toContain(path);
    const first = files.find(({ role }) => role === "page")?.path;
    const needed = files.filter(({ path }) => path.includes("style-") || path.endsWith(".svg")).map(({ path }) => path);
    expect(named.toSorted()).toEqual([...withImports(first, files), ...needed].toSorted());
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|\{\{/);
  });

  it("AP9 has the pages of the interface, which refer to existing files and have every event, command and frame", async () => {
    const files = await buildDashboard();
    const pages = await Promise.all(
      ["docs", "docs/http", "docs/stream"].map((path) => readFile(new URL(`${path}.html`, dist), "utf8")),
    );
    for (const page of pages) {
      const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path);
      expect(named).toHaveLength(2);
      for (const path of named) expect(files.map((file) => file.path)).toContain(path);
      expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script|undefined|\[object|<td><\/td><td>/);
    }
    const [, http = "", stream = ""] = pages;
    for (const name of [...Object.keys(eventTraits), "originate", "sendDigits"])
      expect(http).toContain(`<summary><code>${name}</code>`);
    for (const name of ["SnapshotFrame", "AckFrame", "Hello", "UplinkCommand", "WebhookEventMessage"])
      expect(stream).toContain(`id="${name}"`);
  });

  it("is the same when two builds run at once", async () => {
    const [one, other] = await Promise.all([buildDashboard(), buildDashboard()]);
    expect(one).toEqual(other);
    for (const { path } of one) expect(await readFile(new URL(path, dist))).not.toHaveLength(0);
  });
});

describe("the limits of the scripts", () => {
  const file = (path: string, gzipBytes: number, role: BuiltFile["role"] = "other", imports: string[] = []) => ({
    path,
    gzipBytes,
    role,
    imports,
  });
  const kilobytes = 1024;
  const files = (view: number, shared: number, other = 0) => [
    file("main.js", 20 * kilobytes, "page", ["shared.js"]),
    file("shared.js", shared, "other", ["main.js"]),
    file("reports.js", view, "view", ["shared.js"]),
    file("calls.js", other, "view", ["shared.js"]),
    file("style.css", 500 * kilobytes),
  ];

  it("count the page with the largest view, and what they share once", () => {
    const { all, firstView } = scriptSizes(files(10 * kilobytes, 5 * kilobytes, 7 * kilobytes));
    expect([firstView, all]).toEqual([35 * kilobytes, 42 * kilobytes]);
  });

  it.each([
    ["at both limits", maxFirstViewBytes, maxScriptBytes, null],
    ["one byte more in the first view", maxFirstViewBytes + 1, maxScriptBytes, /first view/],
    ["one byte more in all", maxFirstViewBytes, maxScriptBytes + 1, /all scripts/],
  ])("%s", (_what, firstView, all, expected) => {
    expect(sizeProblem({ firstView, all, views: {} }) ?? "within the limits").toMatch(expected ?? "within the limits");
  });
});

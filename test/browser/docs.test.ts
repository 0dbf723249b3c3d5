/** AP9 the pages at /docs in a real browser: under the site's policy, without other origins, and accessible. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, openPage } from "./chromium.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await edge?.stop();
});

it("every page can be reached and read, on a desk and on a phone, and every link on it leads somewhere", async () => {
  const { page, faults } = await openPage(browser, new URL("docs", edge.url).href, { colorScheme: "dark" });
  for (const [name, path] of [
    ["HTTP", "docs/http"],
    ["Streams", "docs/stream"],
  ] as const) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
    // Not the page before it, and not the half of it that has arrived.
    await page.waitForURL(new URL(path, edge.url).href);
    const lost = await page.evaluate(() =>
      [...document.querySelectorAll("a[href^='#']")].flatMap((link) => {
        const target = link.getAttribute("href") ?? "";
        return document.getElementById(target.slice(1)) ? [] : [target];
      }),
    );
    expect(lost).toEqual([]);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  expect(await page.locator("main").innerText()).toContain("/v1/sites/{site}/events");
  expect(faults).toEqual([]);
});

/** The tiles of the wallboard and its kiosk mode use the space there is, and nothing in them is cut. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { launchChromium, openPage } from "./chromium.ts";
import { agents, queueStates } from "./sample-states.ts";

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

/** The length of each row of tiles, the rows' common width, and the classes of the elements whose content is cut. */
const looks = (page: Page) =>
  page.locator(".wb-tile").evaluateAll((tiles) => {
    const rows = new Map<number, number[]>();
    for (const tile of tiles) {
      const { top, left, right } = tile.getBoundingClientRect();
      rows.set(Math.round(top), [...(rows.get(Math.round(top)) ?? []), left, right]);
    }
    const cut = tiles.flatMap((tile) =>
      [...tile.querySelectorAll<HTMLElement>("*:not(.ui-hidden)")]
        .filter(({ offsetParent }) => offsetParent !== null)
        .filter((one) => {
          const [inner, outer] = [one.getBoundingClientRect(), tile.getBoundingClientRect()];
          return inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
        })
        .map(({ className, textContent }) => `${className}: ${textContent}`),
    );
    return {
      rows: [...rows.values()].map((edges) => edges.length / 2),
      widths: [...rows.values()].map((edges) => Math.round((Math.max(...edges) - Math.min(...edges)) / 4)),
      cut,
    };
  });

describe("the tiles fill their rows, and nothing is cut", () => {
  it.each([
    [2, [2], [2]],
    [7, [4, 3], [4, 3]],
    [12, [4, 4, 4], [4, 4, 4]],
  ])("%i queues", async (count, board, kiosk) => {
    const site = `tiles${count}`;
    const states = [...agents(20, count), ...queueStates(count)].map((event) =>
      event.type === "queueCount" && event.count > 5 ? { ...event, longestWaitSince: Date.now() - 4_000_000 } : event,
    );
    const connector = await startScriptedConnector({
      url: edge.url,
      site,
      counts: states.filter(({ type }) => type === "queueCount"),
      states: states.filter(({ type }) => type !== "queueCount"),
    });
    const token = await mintToken({ site });
    for (const [view, rows] of [
      ["/", board],
      ["/kiosk", kiosk],
    ] as const)
      for (const [width, height] of [
        [1366, 768],
        [1920, 1080],
      ] as const) {
        const { page } = await openPage(browser, `${edge.url.href}#token=${token}`, { width, height });
        await page.goto(`${edge.url.href}#${view}`);
        await until("the tiles", async () => (await page.locator(".wb-tile").count()) === count);
        const found = await looks(page);
        expect([view, width, found.rows, found.cut]).toEqual([view, width, rows, []]);
        expect(new Set(found.widths).size).toBe(1);
        await page.context().close();
      }
    await connector.stop();
  });
});

/** The dashboard of a large call center in a real browser: the document stays small, and every agent can be found. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { count, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, openPage } from "./chromium.ts";
import { agents, queueStates } from "./sample-states.ts";

// A large page may be slow on a busy machine. A wait for something that never comes fails much earlier.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let connector: ScriptedConnector;

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
  const states = [...agents(500, 40), ...queueStates(40).filter(({ type }) => type !== "queueCount")];
  const counts = queueStates(40).filter(({ type }) => type === "queueCount");
  connector = await startScriptedConnector({ url: edge.url, site: "big", counts, states });
});

afterAll(async () => {
  await connector?.stop();
  await browser?.close();
  await edge?.stop();
});

async function open(view: string, width: number, height: number): Promise<Page> {
  const { page } = await openPage(browser, `${edge.url.href}#token=${await mintToken({ site: "big" })}`, {
    width,
    height,
  });
  await page.goto(`${edge.url.href}#${view}`);
  await until("the page to be live", async () => (await page.locator("body").innerText()).includes("live"));
  return page;
}

it("the wallboard shows and updates forty queues", async () => {
  const page = await open("/", 1920, 1080);
  await until("forty tiles", async () => (await page.getByRole("heading", { level: 2 }).count()) === 40);
  connector.push([count("q7", 99)]);
  const tile = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "q7", exact: true }) });
  await until("q7 to have 99 waiting", async () => /Waiting\s+99/.test(await tile.innerText()));
  expect(await axe(page)).toEqual([]);
  await page.context().close();
});

it("only the visible cards of five hundred agents are in the document; scrolling and search find all", async () => {
  const page = await open("/agents", 1280, 800);
  const cards = page.locator("[data-agent]");
  await until("cards", async () => (await cards.count()) > 0);
  expect(await cards.count()).toBeLessThan(120);
  expect(await cards.first().getAttribute("aria-setsize")).toBe("500");
  await page.mouse.move(600, 500);
  const last = page.locator("[data-agent][aria-posinset='500']");
  await until("the last card by scrolling", async () => {
    await page.mouse.wheel(0, 20_000);
    return (await last.count()) === 1;
  });
  expect(await cards.count()).toBeLessThan(120);
  await page.getByLabel("Search by name or number").fill("1234");
  await until("the agent that was searched", async () => (await cards.count()) === 1);
  expect(await cards.first().innerText()).toContain("Agent 1234");
  expect(await axe(page)).toEqual([]);
  await page.context().close();
});

it("a total by state filters the agents that it counts", async () => {
  const page = await open("/agents", 1280, 800);
  const paused = page.getByRole("button", { name: /100\s*paused/ });
  await paused.click();
  await until("only paused agents", async () => {
    const states = await page
      .locator("[data-agent]")
      .evaluateAll((all) => all.map((card) => card.getAttribute("data-state")));
    return states.length > 0 && states.every((state) => state === "paused");
  });
  expect(await page.locator("[data-agent]").first().innerText()).toContain("Lunch");
  await page.context().close();
});

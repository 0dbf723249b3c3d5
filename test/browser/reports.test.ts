/** The view of reports (AP12) in a real browser: kinds, steps, the chart and its tables, the file, bad addresses. */
import { readFile } from "node:fs/promises";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened, openPage } from "./chromium.ts";
import { agents } from "./sample-states.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let connector: ScriptedConnector;
let opened: Opened;
/** The questions that the page asked, without their times. */
let questions: Record<string, string>[];

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
  connector = await startScriptedConnector({ url: edge.url, site: "reports", states: agents(3) });
});

afterAll(async () => {
  await connector?.stop();
  await browser?.close();
  await edge?.stop();
});

const queueFigures = {
  ...{ offered: 10, answered: 7, answeredInLevel: 6, abandoned: 2, shortAbandoned: 1, exited: 1, picked: 0, moved: 0 },
  ...{ hungUp: 0, unknown: 0, waitTimeAnswered: 70_000, waitTimeAbandoned: 9_000, longestWait: 45_000, mostWaiting: 3 },
  ...{ talkTime: 700_000, holdTime: 0, wrapUpTime: 0, serviceLevel: 66.7, abandonRate: 22.2 },
  ...{ averageSpeedOfAnswer: 10_000, averageHandleTime: 100_000, serviceLevelSeconds: 20, shortAbandonSeconds: 5 },
};
const agentFigures = {
  ...{ answered: 7, notAnswered: 1, declined: 0, transferred: 0, talkTime: 700_000, holdTime: 0, wrapUpTime: 0 },
  ...{ ringTime: 9_000, availableTime: 1_000_000, pausedTime: 600_000, pausedBy: { Lunch: 600_000 } },
  ...{ loggedInTime: 2_309_000, occupancy: 41.2 },
};

async function answer(route: Route): Promise<void> {
  const { from = "", to, ...question } = Object.fromEntries(new URL(route.request().url()).searchParams);
  questions.push(question);
  const start = Date.parse(from);
  const [kind, name, figures] = question.agents
    ? ["agent", "1000", agentFigures]
    : ["queue", question.queues === "*" ? "q0" : question.queues, queueFigures];
  const rows = [0, 1, 2].map((hour) => ({
    ...{ kind, name, from: start + hour * 3_600_000, to: start + (hour + 1) * 3_600_000 },
    ...{ ...figures, coverage: hour === 1 ? 0.5 : 1 },
  }));
  if (question.format === "csv")
    await route.fulfill({ body: "name,offered\r\nq0,10\r\n", headers: { "content-type": "text/csv" } });
  else await route.fulfill({ json: { zone: "Europe/Zagreb", rows } });
}

async function open(view: string): Promise<Page> {
  questions = [];
  opened = await openPage(browser, `${edge.url.href}#token=${await mintToken({ site: "reports" })}`);
  await opened.page.route("**/v1/sites/reports/statistics?*", answer);
  await opened.page.goto(`${edge.url.href}#${view}`);
  await shows("Reports");
  return opened.page;
}

const shows = (text: string | RegExp) =>
  until(`the page to show ${text}`, async () => new RegExp(text).test(await opened.page.locator("main").innerText()), {
    evidence: () => opened.faults,
  });

afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

describe("AP12 the reports", () => {
  it("of queues have a chart, its figures in tables, and a file", async () => {
    const page = await open("/reports");
    const chart = page.getByRole("img", { name: "Calls of all queues: 30 calls, 21 answered, 6 abandoned" });
    await chart.waitFor();
    expect(await chart.locator(".rp-part-0").count()).toBe(3);
    expect(await page.getByRole("row", { name: /^q0 30 21 67% 6 22%/ }).count()).toBe(1);
    await shows("not watched all the time");
    expect(await axe(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^queues-reports-\d{4}-\d\d-\d\d\.csv$/);
    expect(await readFile(await download.path(), "utf8")).toBe("name,offered\r\nq0,10\r\n");
  });

  it("of agents and of one queue are choices that the address keeps", async () => {
    const page = await open("/reports");
    await page.getByLabel("Report on").selectOption("Agents");
    await shows(/Agent 1000 \(1000\)[\s\S]*Pauses by reason:[\s\S]*Lunch 30:00/);
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("Report on").selectOption("Queues");
    await page.getByLabel("Queue", { exact: true }).selectOption("q0");
    await page.getByLabel("Time").selectOption("Last 7 days");
    await until("the address", () => page.url().endsWith("#/reports?time=week&interval=1h&name=q0"));
    await until("the question", () => questions.at(-1)?.queues === "q0");
    expect(questions.at(-1)).toEqual({ interval: "1h", queues: "q0" });
  });

  it("fit a phone in the dark", async () => {
    const page = await open("/reports?kind=agents");
    await shows("By agent");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await until("the chart to fit", async () =>
      page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    );
    expect(await axe(page)).toEqual([]);
  });

  it.each([
    ["/reports?kind=__proto__&interval=1&time=&name=%3Cscript%3E", "<script>"],
    ["/reports?from=1&to=2", "Enter when to begin"],
  ])("%s breaks nothing", async (view, text) => {
    await open(view);
    await shows(text);
    expect(await axe(opened.page)).toEqual([]);
  });

  it("say why they are not there", async () => {
    const page = await open("/reports?name=other");
    await page.unrouteAll();
    await page.route("**/v1/sites/reports/statistics?*", (route) =>
      route.fulfill({ status: 200, contentType: "text/html", body: "<html>" }),
    );
    await page.getByLabel("Interval").selectOption("15 minutes");
    await shows("The server could not do this");
  });
});

/** The view of queue calls (AP13) in a real browser: filters, paging, calling back, the file, and bad addresses. */
import { readFile } from "node:fs/promises";
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
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
const commands: object[] = [];

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
  connector = await startScriptedConnector({
    url: edge.url,
    site: "calls",
    states: agents(3),
    onCommand: ({ id, command }) => {
      commands.push(command);
      connector.reply(id, { status: "done", result: { actionId: "a1" } });
    },
  });
});

afterAll(async () => {
  await connector?.stop();
  await browser?.close();
  await edge?.stop();
});

const now = Date.now();
const call = (index: number, outcome: string, at = now - index * 60_000) => ({
  queue: "q0",
  uniqueId: `${index}.1`,
  callId: `${index}.1`,
  outcome,
  agent: outcome === "answered" ? "1000" : null,
  number: `+1415555010${index}`,
  name: index === 1 ? "Alice" : null,
  joinedAt: at - 30_000,
  answeredAt: outcome === "answered" ? at : null,
  endedAt: outcome === "answered" ? at + 90_000 : at,
  waitTime: 30_000,
  talkTime: outcome === "answered" ? 90_000 : null,
  position: 1,
  originalPosition: 1,
  recording: null,
  reason: null,
});

/** Two pages, the second with a call of the first: a list moves while it is read. */
async function answer(route: Route): Promise<void> {
  const { from, to, ...question } = Object.fromEntries(new URL(route.request().url()).searchParams);
  expect(Date.parse(from ?? "")).toBeLessThan(Date.parse(to ?? ""));
  questions.push(question);
  const { after, outcome, format } = question;
  const page = after === "p2" ? [call(2, "answered"), call(3, "exited")] : [call(1, "abandoned"), call(2, "answered")];
  const calls = page.filter((one) => outcome === undefined || one.outcome === outcome);
  if (format === "csv") {
    const next =
      after === "p2"
        ? {}
        : {
            link: `</v1/sites/calls/calls?${new URLSearchParams({ ...question, from: from ?? "", to: to ?? "", after: "p2" })}>; rel="next"`,
          };
    const body = ["queue,number", ...calls.map(({ queue, number }) => `${queue},"'${number}"`)].join("\r\n");
    await route.fulfill({ body: `${body}\r\n`, headers: { "content-type": "text/csv", ...next } });
  } else await route.fulfill({ json: { calls, next: after === "p2" ? null : "p2" } });
}

async function open(view: string, claims: object = { callers: true }): Promise<Page> {
  questions = [];
  opened = await openPage(browser, `${edge.url.href}#token=${await mintToken({ site: "calls", ...claims })}`);
  await opened.page.route("**/v1/sites/calls/calls?*", answer);
  await opened.page.goto(`${edge.url.href}#${view}`);
  await shows("Calls");
  return opened.page;
}

const shows = (text: string | RegExp) =>
  until(`the page to show ${text}`, async () => new RegExp(text).test(await opened.page.locator("main").innerText()), {
    evidence: () => opened.faults,
  });

beforeEach(() => commands.splice(0));
afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

describe("AP13 the calls", () => {
  it("have a row each; who abandoned is one choice away, and the address keeps it", async () => {
    const page = await open("/calls");
    await shows(/Alice \(\+14155550101\)[\s\S]*Abandoned/);
    await shows(/Agent 1000 \(1000\)[\s\S]*1:30/);
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("Outcome").selectOption("Abandoned");
    await until("only those", async () => (await page.locator("tbody tr").count()) === 1);
    expect(page.url()).toContain("#/calls?outcome=abandoned");
    expect(questions.at(-1)).toEqual({ limit: "100", outcome: "abandoned" });
    await page.reload();
    await until("the question again", async () => questions.length > 2);
    expect(questions.at(-1)).toEqual({ limit: "100", outcome: "abandoned" });
  });

  it("come by pages, each call once, and as one file", async () => {
    const page = await open("/calls");
    await page.getByRole("button", { name: "Show earlier calls" }).click();
    await until("three calls", async () => (await page.locator("tbody tr").count()) === 3);
    expect(await page.getByRole("button", { name: "Show earlier calls" }).count()).toBe(0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^calls-calls-\d{4}-\d\d-\d\d\.csv$/);
    expect((await readFile(await download.path(), "utf8")).split("\r\n")).toEqual([
      "queue,number",
      `q0,"'+14155550101"`,
      `q0,"'+14155550102"`,
      `q0,"'+14155550102"`,
      `q0,"'+14155550103"`,
      "",
    ]);
  });

  it("are called back by one click or by the keyboard, from the user's phone", async () => {
    const page = await open("/calls");
    const button = page.getByRole("button", { name: "Call back Alice (+14155550101)" });
    await button.click();
    await shows("Enter the extension of your phone first");
    expect(await page.getByLabel("My phone").evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.type("1002");
    await button.focus();
    await page.keyboard.press("Enter");
    await until("the command", () => commands.length === 1);
    expect(commands).toEqual([expect.objectContaining({ type: "originate", agent: "1002", to: "+14155550101" })]);
    await until("its outcome", async () => (await page.locator("body").innerText()).includes("Done: call"));
  });

  it("have no numbers and no button without the grant", async () => {
    const page = await open("/calls", { commands: [] });
    await shows("does not show callers’ numbers");
    expect(await page.getByRole("button", { name: /^Call back/ }).count()).toBe(0);
    expect(await page.getByLabel("Number").count()).toBe(0);
  });

  it.each([
    ["/calls?from=x&to=<script>&outcome=__proto__", "Enter when to begin"],
    ["/calls?from=2026-11-29T10:00&to=2026-11-29T09:00", "The end must be after the beginning"],
    ["/calls?queue=%3Cimg%20src=x%3E&agent=..%2F..", "Alice"],
  ])("%s breaks nothing", async (view, text) => {
    const page = await open(view);
    await shows(text);
    expect(await page.locator("main img").count()).toBe(0);
    expect(await axe(page)).toEqual([]);
  });

  it("say why they are not there", async () => {
    const page = await open("/calls");
    await shows("Alice");
    await page.unrouteAll();
    await page.route("**/v1/sites/calls/calls?*", (route) => route.abort());
    await page.getByRole("button", { name: "Refresh" }).click();
    await shows("The server cannot be reached");
    await shows("Alice");
  });
});

/** The page of an admin's token (AP14) in a real browser, with a real receiver. */

import type { Browser, Page } from "playwright-core";
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Receiver, startReceiver, status } from "../harness/receiver.ts";
import { complete, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened, openPage } from "./chromium.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let connector: ScriptedConnector;
let receiver: Receiver;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  [edge, browser, receiver] = await Promise.all([
    startEdge({ vars: { PBXIS_WEBHOOK_LOCAL: "1" } }),
    launchChromium(),
    startReceiver(),
  ]);
  connector = await startScriptedConnector({ url: edge.url, site: "hq" });
  const token = await mintToken({ role: "admin", agents: [], queues: [], commands: [] });
  opened = await openPage(browser, `${edge.url.href}#token=${token}`);
  page = opened.page;
});

afterAll(async () => {
  await connector?.stop();
  await browser?.close();
  await Promise.all([receiver?.stop(), edge?.stop()]);
});

const button = (name: string) => page.getByRole("button", { name, exact: true });
const shows = (text: RegExp) =>
  until(`the page to show ${text}`, async () => text.test(await page.locator("main").innerText()), {
    evidence: () => [opened.faults, receiver.received],
  });
const picture = async (name: string) => {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
};

it("an admin makes a webhook, tests, stops, and deletes it, and sends dead letters again", async () => {
  await shows(/There are no webhooks yet/);
  await button("New webhook").click();
  await page.getByLabel("URL").fill("http://10.0.0.1/");
  await button("Create").click();
  await until("the refusal", async () =>
    /refused this: url must begin with https/.test(await page.locator("dialog").innerText()),
  );
  await page.getByLabel("URL").fill(receiver.url);
  await page.getByLabel("Description").fill("The CRM");
  expect(await axe(page)).toEqual([]);
  await picture("new");
  await button("Create").click();
  const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  expect(await axe(page)).toEqual([]);
  await button("Done").click();
  await shows(/The CRM[\s\S]*Active[\s\S]*all queues; all agents/);
  expect(await page.content()).not.toContain(secret);

  await button("Test").click();
  await shows(/Test: 200 after \d+ ms/);
  receiver.answers.push(status(410));
  connector.push([complete("1.1")]);
  await until("the message", () => receiver.received.length === 2);
  for (const { body, headers } of receiver.received) new Verifier(secret).verify(body, { ...headers });
  await until("both tries", async () => {
    await button("Attempts").click();
    return /410 after \d+ ms[\s\S]*hq:test-/.test(await page.locator("main").innerText());
  });
  await until("it to be disabled", async () => {
    await button("Refresh").click();
    return /Disabled since .*the receiver wants no more/.test(await page.locator("main").innerText());
  });
  expect(await axe(page)).toEqual([]);
  await picture("disabled");
  await button("Resume").click();
  await until("the message again", () => receiver.received.length === 3);
  await shows(/Active/);

  await button("Edit").click();
  await page.getByLabel("Description").fill("The CRM, with alerts");
  await button("Add an alert").click();
  await button("Save").click();
  await until("the problem", async () => /Alert 1: name a queue/.test(await page.locator("dialog").innerText()));
  await page.getByLabel("Queue of alert 1").fill("support");
  await page.getByLabel("Metric of alert 1").selectOption("availableAgents");
  expect(await page.getByLabel("Side of alert 1").inputValue()).toBe("below");
  await page.getByLabel("Threshold of alert 1").fill("2");
  expect(await axe(page)).toEqual([]);
  await picture("edit");
  await button("Save").click();
  await shows(/The CRM, with alerts[\s\S]*Active[\s\S]*one alert[\s\S]*support: available agents below 2/);
  await button("Edit").click();
  await button("Remove alert 1").click();
  await button("Save").click();
  await until("no alert", async () => !/below 2/.test(await page.locator("main").innerText()));

  const letter = { id: "hq:k3-41", type: "queueCallEnded", at: Date.now(), status: 503, problem: null };
  const replayed: unknown[] = [];
  await page.route("**/deadletters", (route) =>
    route.fulfill({ json: { deadletters: replayed.length ? [] : [letter] } }),
  );
  await page.route("**/replay", (route) => {
    replayed.push(route.request().postDataJSON());
    return route.fulfill({ status: 202, json: { deadletters: 1 } });
  });
  await button("Dead letters").click();
  await shows(/queueCallEnded hq:k3-41/);
  expect(await axe(page)).toEqual([]);
  await picture("letters");
  await button("Send again").click();
  await shows(/One message will be sent again[\s\S]*There are no dead letters/);
  expect(replayed).toEqual([{ deadletters: [letter.id] }]);

  await button("Delete").click();
  await button("Delete it").click();
  await shows(/There are no webhooks yet/);
  expect(opened.faults.filter((fault) => !fault.startsWith("400 for"))).toEqual([]);
});

/** Each example does what it says, against one demo. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { connectSite } from "@pbxis/shared/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { freePort } from "../harness/port.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Demo, startDemo } from "./demo.ts";
import { type Files, serveFiles } from "./files.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const folder = join(import.meta.dirname, "../../examples");
let demo: Demo;
let browser: Browser;
let files: Files;
/** Those that run. */
const programs = new Set<ChildProcess>();

beforeAll(async () => {
  [demo, browser, files] = await Promise.all([startDemo(), launchChromium(), serveFiles()]);
});

afterAll(async () => {
  for (const program of programs) program.kill();
  await browser?.close();
  await Promise.all([demo?.stop(), files?.stop()]);
});

async function open(path: string, others: Readonly<Record<string, string>> = {}): Promise<Page> {
  const { url, site, token } = demo;
  const page = await browser.newPage();
  page.on("pageerror", ({ message }) => expect.fail(message));
  await page.goto(`${files.origin}/examples/${path}#${new URLSearchParams({ url, site, token, ...others })}`);
  return page;
}

/** Runs a program until it ends, or until `enough`. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  enough: (output: string) => boolean = () => false,
): Promise<Readonly<{ code: number | null; output: string }>> {
  const child = spawn(program, args, { env: { PATH: process.env.PATH ?? "", ...env } });
  programs.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (bytes) => {
      output += bytes;
      if (enough(output)) child.kill();
    });
  const [code] = await once(child, "close");
  programs.delete(child);
  return { code, output };
}

/** A command's outcome is the same for the same key, so this one was carried out once. */
const idOf = (output: string) => (JSON.parse(output) as { commandId: string }).commandId;

it("the wallboard in plain HTML shows every queue, live", async () => {
  const page = await open("wallboard/");
  await until("eight queues", async () => (await page.locator("section").count()) === 8);
  await expect.poll(() => page.locator("#freshness").innerText()).toBe("live");
  expect(await page.locator("section").first().innerText()).toMatch(/\d+ waiting, longest \d+ s; \d of \d agents free/);
});

it("the wallboard in React shows queues and agents, and its buttons pause", async () => {
  const page = await open("react-wallboard/");
  const agents = page.getByRole("list", { name: "Agents" }).getByRole("listitem");
  await until("forty agents", async () => (await agents.count()) === 40);
  expect(await page.getByRole("list", { name: "Queues" }).getByRole("listitem").count()).toBe(8);
  const free = agents.filter({ has: page.getByRole("button", { name: "Pause", exact: true }) }).first();
  const name = (await free.innerText()).split(":")[0] ?? "";
  const agent = agents.filter({ hasText: name });
  await agent.getByRole("button").click();
  await expect.poll(() => agent.getByRole("button").innerText()).toBe("Unpause");
});

it("the screen pop opens the page of the other party at a new call", async () => {
  const { url, site, token } = demo;
  const hq = connectSite({ url, site, token });
  const board = hq.subscribe({ agents: "*", queues: "*" });
  // Nobody calls an agent who is paused.
  const agent = await until("a paused agent without a call", async () => {
    const isFree = (id: string) => board.state.agent(id)?.status === "not_inuse";
    const chosen = board.state.agents().find(isFree);
    if (chosen === undefined) return undefined;
    await hq.command({ type: "queuePause", agent: chosen });
    return isFree(chosen) && chosen;
  });
  const pop = `${files.origin}/LICENSE?number={number}&call={uniqueId}&agent={agent}`;
  const page = await open("screen-pop/", { agent, on: "ring", pop });
  await expect.poll(() => page.getByRole("status").innerText()).toBe("no call");
  const popup = page.waitForEvent("popup");
  // The demo's agents answer what they dial themselves, and so do numbers outside.
  expect(await hq.command({ type: "originate", agent, to: "14155550100" })).toMatchObject({ status: "done" });
  const address = new URL((await popup).url());
  expect(address.searchParams.get("agent")).toBe(agent);
  expect(address.searchParams.get("number")).toMatch(/^\+?\d+$/);
  board.close();
});

it("click-to-dial by curl rings the phone once for the same click, and says why it cannot", async () => {
  const env = { EDGE: demo.url, SITE: demo.site, TOKEN: demo.token };
  const script = join(folder, "click-to-dial/dial.sh");
  const first = await run(script, ["1003", "14155550100", "click-1"], env);
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining('"status":"done"') });
  const again = await run(script, ["1003", "14155550100", "click-1"], env);
  expect(idOf(again.output)).toBe(idOf(first.output));
  expect(await run(script, ["1003", "no number"], env)).toMatchObject({
    code: 22,
    output: expect.stringMatching(/"to must be/),
  });
});

it("click-to-dial from a form rings the phone, and shows what is wrong", async () => {
  const page = await open("click-to-dial/form.html");
  const call = async (agent: string, to: string) => {
    await page.getByLabel("My phone").fill(agent);
    await page.getByLabel("Number").fill(to);
    await page.getByRole("button", { name: "Call" }).click();
  };
  await call("1004", "+1 (415) 555-0100");
  await expect.poll(() => page.locator("output").innerText()).toBe("your phone rings");
  await call("1004", "?");
  await expect.poll(() => page.locator("output").innerText()).toMatch(/to/);
});

it("the Python client prints events, and sends a command once for the same key", async () => {
  const env = { EDGE: demo.url, SITE: demo.site, TOKEN: demo.token };
  const program = join(folder, "python/pbxis.py");
  const python = (args: readonly string[], enough?: (output: string) => boolean) =>
    run("python3", [program, ...args], env, enough);
  const all = (output: string) => /^link up$/m.test(output) && /^queueCount .*"support"/m.test(output);
  expect((await python(["watch", "--agents", "*", "--queues", "support"], all)).output).toMatch(/^agentName /m);
  const pause = ["command", "type=queuePause", "agent=1005", "reason=Lunch", "--key", "python-1"];
  const [first, again] = [await python(pause), await python(pause)];
  expect(first.code).toBe(0);
  expect(idOf(again.output)).toBe(idOf(first.output));
  expect(await python(["command", "type=hangup", "agent=nobody"])).toMatchObject({ code: 1 });
  expect(await run("python3", [program, "watch"], { ...env, TOKEN: "wrong" })).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^401/),
  });
});

it("the webhook receiver gets what the site sends, and takes nothing that is forged, old, or comes again", async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/`;
  const secret = await makeWebhook({ url: address, types: ["queueMemberStatus"], agents: ["1006"] });
  const program = join(folder, "webhook-receiver/receiver.mjs");
  let printed = "";
  const done = run(process.execPath, [program, String(port)], { PBXIS_WEBHOOK_SECRET: secret }, (output) => {
    printed = output;
    return false;
  });
  await until("the receiver", () => printed.includes("listening"));
  const { url, site, token } = demo;
  await connectSite({ url, site, token }).command({ type: "queuePause", agent: "1006", reason: "By webhook" });
  await until("the site's message", () => printed.includes('"pausedReason":"By webhook"'), { evidence: () => printed });

  const send = async (body: string, change: Readonly<Record<string, string>> = {}) => {
    const [id, at] = ["demo:k3-41", change["webhook-timestamp"] ?? String(Math.floor(Date.now() / 1000))];
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
    const headers = { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": `v1,AAAA v1,${signature}` };
    return (await fetch(address, { method: "POST", body, headers: { ...headers, ...change } })).status;
  };
  expect(await send("body once")).toBe(204);
  expect(await send("body once")).toBe(204);
  expect(await send("body forged", { "webhook-signature": "v1,AAAA" })).toBe(400);
  expect(await send("body old", { "webhook-timestamp": "1763890000" })).toBe(400);
  expect(await send("body another id", { "webhook-id": "demo:k3-42" })).toBe(400);
  expect(await send("x".repeat(100_000))).toBe(400);
  expect(printed.match(/body \w+|xxx/g)).toEqual(["body once"]);
  for (const one of programs) one.kill();
  await done;
  expect((await run(process.execPath, [program], {})).code).toBe(2);
});

/** AP14: returns its secret. */
async function makeWebhook(webhook: object): Promise<string> {
  const authorization = `Bearer ${await mintToken({ site: "demo", role: "admin", agents: [], queues: [], commands: [] })}`;
  const response = await fetch(new URL("v1/sites/demo/webhooks", demo.url), {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(webhook),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { secret: string }).secret;
}

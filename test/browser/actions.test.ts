/** The dashboard's commands in a real browser: every command, and how the page shows each outcome. */
import { type Outcome, SiteEvent } from "@pbxis/shared";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken, type TokenOptions } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened, openPage } from "./chromium.ts";
import { type Office, openOffice } from "./office.ts";
import { agents } from "./sample-states.ts";

// The whole chain and a browser may be slow on a busy machine. A wait for something that never comes fails much
// earlier.
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

const bodyOf = (page: Page) => page.locator("body").innerText();
async function shows({ page, faults }: Opened, expected: string | RegExp): Promise<void> {
  let text = "";
  const isShown = async () => {
    text = await bodyOf(page);
    return new RegExp(expected).test(text);
  };
  await until(`the page to show ${expected}`, isShown, { evidence: () => [faults, text] });
}
const press = ({ page }: Opened, name: string | RegExp) => page.getByRole("button", { name, exact: true }).click();

describe("an agent's page, on a simulated PBX", () => {
  let office: Office;
  let opened: Opened;

  beforeEach(async () => {
    office = await openOffice(edge, browser);
    opened = await office.open("/agent/1001");
    await shows(opened, "Ann Agent");
    await shows(opened, "live");
  });

  afterEach(async () => {
    expect(opened.faults).toEqual([]);
    await office.stop();
  });

  const member = (queue: string) => office.pbx.truth().queues[queue]?.members["1001"];
  const status = (agent: string) => office.pbx.truth().agents[agent]?.status;
  const is = (what: string, holds: () => boolean) => until(what, holds, { evidence: () => office.pbx.truth() });

  /** Connects 1001 with a caller of support. */
  async function connectCall(): Promise<void> {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await is("1001 to ring", () => status("1001") === "ringing");
    office.pbx.answer("1001");
    await shows(opened, /Talking with\s+Alice/);
  }

  it("pauses with a reason, which is shown, and unpauses", async () => {
    await opened.page.getByLabel("Reason for the next pause").fill("Lunch");
    await press(opened, "Pause in support");
    await shows(opened, /Done: pause Ann Agent \(1001\) in support \(Lunch\)/);
    expect(member("support")).toMatchObject({ paused: true, reason: "Lunch" });
    await shows(opened, /paused: Lunch/);
    expect(await axe(opened.page)).toEqual([]);
    await press(opened, "Unpause in support");
    await is("unpaused", () => member("support")?.paused === false);
  });

  it("opens the caller's page of a CRM when the phone rings, once, after a wrong address was refused", async () => {
    await press(opened, "Screen pop…");
    const dialog = opened.page.getByRole("dialog");
    const address = dialog.getByLabel("Address of the caller's page");
    await address.fill("javascript:alert({number})");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByRole("alert").waitFor();
    expect(await axe(opened.page)).toEqual([]);
    // The page of a CRM, for which the worker's own does.
    await address.fill(`${edge.url.origin}/healthz?number={number}&id={uniqueId}`);
    await dialog.getByLabel("Open it").selectOption("ring");
    await dialog.getByRole("button", { name: "Save" }).click();
    const pages: Page[] = [];
    opened.page.context().on("page", (page) => pages.push(page));
    await connectCall();
    const link = opened.page.getByRole("link", { name: "Open the caller's page" });
    const href = (await link.getAttribute("href")) ?? "";
    expect(href).toMatch(/\/healthz\?number=%2B14155550100&id=\S+$/);
    await until("the caller's page", () => pages[0]?.url() === href, {
      evidence: () => pages.map((page) => page.url()),
    });
    expect(pages).toHaveLength(1);
  });

  it("logs on to a queue, and off after a confirmation", async () => {
    await press(opened, "Log on to sales");
    await is("in sales", () => member("sales") !== undefined);
    await shows(opened, /Done: log on Ann Agent \(1001\) to sales/);
    await press(opened, "Log off from sales");
    const dialog = opened.page.getByRole("dialog");
    await dialog.waitFor();
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(member("sales")).toBeDefined();
    await press(opened, "Log off from sales");
    await dialog.getByRole("button", { name: "Log off" }).click();
    await is("out of sales", () => member("sales") === undefined);
  });

  it("shows the reason of Asterisk's refusal", async () => {
    await press(opened, "Log off from support");
    await opened.page.getByRole("dialog").getByRole("button", { name: "Log off" }).click();
    await shows(opened, /Failed: log off Ann Agent \(1001\) from support/);
    await shows(opened, /Member not dynamic/);
  });

  it("dials a number, and rejects an invalid one at once", async () => {
    const number = opened.page.getByLabel("Dial", { exact: true });
    await number.fill("12&34");
    await press(opened, "Dial");
    await until("the problem", async () => (await number.getAttribute("aria-invalid")) === "true");
    await number.fill("1415 555-0123");
    await opened.page.keyboard.press("Enter");
    await is("1001 to ring", () => status("1001") === "ringing");
    office.pbx.answer("1001");
    await shows(opened, /Talking with\s.*14155550123/);
  });

  it("transfers, parks and hangs up", async () => {
    await connectCall();
    await opened.page.getByLabel("Dial or transfer to").fill("1003");
    await press(opened, "Transfer");
    await is("1003 to ring", () => status("1003") === "ringing");
    office.pbx.answer("1003");
    await shows(opened, /No call/);
    office.pbx.hangup("1003");

    await connectCall();
    await press(opened, "Park");
    await shows(opened, /Parked at 701/);
    await shows(opened, /Parked calls at this site[\s\S]*701/);

    await is("1001 to be idle", () => status("1001") === "not_inuse");
    await connectCall();
    await press(opened, "Hang up");
    await opened.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect(status("1001")).toBe("inuse");
    await press(opened, "Hang up");
    await opened.page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await is("the call to end", () => status("1001") === "not_inuse");
  });

  it("disables the commands while Asterisk is disconnected", async () => {
    office.ami.cut("refuse");
    await shows(opened, /as of \d/);
    const button = opened.page.getByRole("button", { name: "Pause in support", exact: true });
    await until(
      "the button to be disabled",
      async () => (await button.isDisabled()) || (await button.getAttribute("aria-disabled")) === "true",
    );
    office.ami.accept();
    await shows(opened, "live");
  });

  it("opens a form from a card's menu by keyboard alone", async () => {
    await opened.page.goto(`${edge.url.href}#/agents`);
    const menu = opened.page.getByRole("button", { name: "Actions for Bob Agent" });
    await menu.focus();
    await opened.page.keyboard.press("ArrowDown");
    const item = opened.page.getByRole("menuitem", { name: /Pause/ });
    await item.waitFor();
    await opened.page.keyboard.press("p");
    await opened.page.keyboard.press("Enter");
    const form = opened.page.getByRole("dialog");
    await form.waitFor();
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.keyboard.press("Escape");
    await form.waitFor({ state: "hidden" });
  });
});

describe("the outcome of a command", () => {
  let connector: ScriptedConnector;
  let sites = 0;
  let site: string;
  let received: string[];

  async function open(
    outcome: (type: string, channel: string | undefined) => Outcome,
    token: TokenOptions = {},
  ): Promise<Opened> {
    site = `outcomes${sites++}`;
    received = [];
    connector = await startScriptedConnector({
      url: edge.url,
      site,
      states: agents(2),
      onCommand: ({ id, command }) => {
        const channel = "channel" in command ? command.channel : undefined;
        const uniqueId = "uniqueId" in command ? command.uniqueId : undefined;
        received.push([command.type, channel, uniqueId].filter(Boolean).join(" "));
        connector.reply(id, outcome(command.type, channel));
      },
    });
    const opened = await openPage(browser, `${edge.url.href}#token=${await mintToken({ site, ...token })}`);
    await opened.page.goto(`${edge.url.href}#/agent/1000`);
    await shows(opened, "Agent 1000");
    return opened;
  }

  afterEach(() => connector.stop());

  it("CM10 several calls: the user chooses the call that is hung up", async () => {
    const candidates = [
      { agentChannel: "PJSIP/1000-1", bridgedChannel: "PJSIP/trunk-1", callerId: "+1415" },
      { agentChannel: "PJSIP/1000-2", bridgedChannel: "PJSIP/trunk-2", callerId: null, callId: "8.1", uniqueId: "8.2" },
    ];
    const opened = await open((_type, channel) =>
      channel === undefined
        ? { status: "failed", error: { code: "several_calls", message: "choose", candidates } }
        : { status: "done", result: { channel } },
    );
    await press(opened, "Hang up");
    await opened.page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await shows(opened, "has several calls");
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.getByRole("button", { name: /Number withheld/ }).click();
    await shows(opened, /Done: hang up/);
    expect(received).toEqual(["hangup 1.1", "hangup PJSIP/1000-2 8.2"]);
    await opened.page.context().close();
  });

  it("CM10 names the caller, and does nothing about another call than the one that was shown", async () => {
    const opened = await open(() => ({ status: "done", result: {} }));
    const { page } = opened;
    const dialog = page.getByRole("dialog", {
      name: /Hang up the call of Agent 1000 \(1000\) with Alice \+14155550100/,
    });
    await press(opened, "Hang up");
    await dialog.waitFor();
    const bob = { number: "+14155550177", name: "Bob", queueName: null, callId: "1.1", uniqueId: "2.2" };
    connector.push([SiteEvent.parse({ type: "phoneNumber", agent: "1000", ...bob, at: Date.now() })]);
    await shows(opened, /now has another call with Bob \+14155550177\. Nothing was done/);
    const confirm = dialog.getByRole("button", { name: "Hang up" });
    expect(await confirm.getAttribute("aria-disabled")).toBe("true");
    await confirm.click({ force: true });
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await press(opened, "Hang up");
    await page
      .getByRole("dialog", { name: /with Bob/ })
      .getByRole("button", { name: "Hang up" })
      .click();
    await shows(opened, /Done: hang up/);
    expect(received).toEqual(["hangup 2.2"]);
    await page.context().close();
  });

  it("messages go with their view", async () => {
    const error = { code: "asterisk_refused", message: "no such member" } as const;
    const opened = await open(() => ({ status: "failed", error }));
    await press(opened, "Pause in q0");
    await shows(opened, /Failed: pause/);
    await opened.page.goto(`${edge.url.href}#/agents`);
    await shows(opened, /Agent 1001/);
    await until("the message to be gone", async () => !(await bodyOf(opened.page)).includes("Failed"));
    await opened.page.goto(`${edge.url.href}#/agents/9999`);
    await shows(opened, /Nobody at outcomes\d+ is known as 9999/);
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.context().close();
  });

  it("CM11 unknown: the command may have been carried out and is not repeated", async () => {
    const opened = await open(() => ({
      status: "unknown",
      error: { code: "outcome_unknown", message: "AMI was lost" },
    }));
    await press(opened, "Pause in q0");
    await shows(opened, /Outcome unknown: pause Agent 1000 \(1000\) in q0/);
    await shows(opened, /may have been carried out/);
    expect(received).toEqual(["queuePause"]);
    await opened.page.context().close();
  });

  it("not permitted: the page shows the right that the AMI account lacks", async () => {
    const message = "the account may not QueuePause: it needs write=agent";
    const opened = await open(() => ({ status: "failed", error: { code: "not_permitted", message } }));
    await press(opened, "Pause in q0");
    await shows(opened, /Failed: pause/);
    await shows(opened, /write=agent/);
    await opened.page.context().close();
  });

  it("EV3 wrap-up is a state of its own, with its end", async () => {
    const opened = await open(() => ({ status: "done", result: {} }));
    const state = { status: "not_inuse", deviceStatus: "not_inuse", pausedReason: null, penalty: 0 } as const;
    const now = Date.now();
    const member = { type: "queueMemberStatus", agent: "1001", queue: "q0", ...state, since: now, at: now } as const;
    connector.push([SiteEvent.parse({ ...member, wrapUpUntil: now + 600_000 })]);
    await opened.page.goto(`${edge.url.href}#/agents?state=wrapup`);
    await shows(opened, /1\s+wrap-up[\s\S]*Agent 1001[\s\S]*wrap-up[\s\S]*ends in 9:\d\d/);
    expect(await axe(opened.page)).toEqual([]);
    connector.push([SiteEvent.parse({ ...member, wrapUpUntil: null })]);
    await shows(opened, /0\s+wrap-up[\s\S]*No agents match/);
    await opened.page.context().close();
  });

  it("commands that the token does not grant are not offered", async () => {
    const opened = await open(() => ({ status: "done", result: {} }), { commands: ["queuePause"] });
    await opened.page.getByRole("button", { name: "Pause in q0", exact: true }).waitFor();
    for (const name of ["Hang up", "Park", "Dial", "Log off from q0"])
      expect([name, await opened.page.getByRole("button", { name, exact: true }).count()]).toEqual([name, 0]);
    await opened.page.context().close();
  });
});

/**
 * The pages of a queue and of an agent in a real browser, on a simulated PBX: waiting callers, and what to do in a
 * call.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened } from "./chromium.ts";
import { type Office, openOffice } from "./office.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let office: Office;
let opened: Opened;

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await edge?.stop();
});

beforeEach(async () => {
  office = await openOffice(edge, browser);
});

afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await office.stop();
});

async function shows(expected: RegExp): Promise<void> {
  let text = "";
  const isShown = async () => {
    text = await opened.page.locator("body").innerText();
    return expected.test(text);
  };
  await until(`the page to show ${expected}`, isShown, { evidence: () => [opened.faults, text, office.pbx.truth()] });
}
const is = (what: string, holds: () => boolean) => until(what, holds, { evidence: () => office.pbx.truth() });
const button = (name: string | RegExp) => opened.page.getByRole("button", { name, exact: true });
const dialog = () => opened.page.getByRole("dialog");
/** The dialog is fit for everyone, and so is the page below it. */
async function accessible(): Promise<void> {
  expect(await axe(opened.page)).toEqual([]);
}
const status = (agent: string) => office.pbx.truth().agents[agent]?.status;
const numberOf = (agent: string) => office.pbx.truth().agents[agent]?.number;

describe("a queue's page", () => {
  const waiting = (queue: string) => office.pbx.truth().queues[queue]?.callers.map(({ uniqueId }) => uniqueId);
  let callers: string[];

  /** Alice, Bob and a withheld number wait in sales, where everybody is paused. */
  beforeEach(async () => {
    for (const agent of ["1001", "1002", "1003", "1004", "1005"]) office.pbx.pause(agent, "Training");
    callers = [
      ["+14155550101", "Alice"],
      ["+14155550102", "Bob"],
      ["", ""],
    ].map(([number = "", name = ""]) => office.pbx.call({ queue: "sales", number, name }) ?? "");
    opened = await office.open("/queue/sales", { callers: true });
    await shows(/1\s+Alice \+14155550101[\s\S]*2\s+Bob[\s\S]*3\s+number withheld/);
  });

  async function choose(caller: string, item: string): Promise<void> {
    await button(`Actions for ${caller}`).click();
    await opened.page.getByRole("menuitem", { name: item, exact: true }).click();
    await dialog().waitFor();
  }
  const confirm = (name: string) => dialog().getByRole("button", { name, exact: true }).click();

  it("CM7 each action on a caller, named in its dialog", async () => {
    await accessible();
    await choose("Bob +14155550102", "Change the priority…");
    await dialog().getByLabel("Priority").fill("1001");
    await confirm("Change");
    await shows(/whole number from 0 to 1000/);
    await accessible();
    await dialog().getByLabel("Priority").fill("7");
    await confirm("Change");
    await shows(/Done: give Bob \+14155550102 \(waiting in sales\) priority 7\.\s+Now at place 1/);
    await shows(/1\s+Bob[\s\S]*2\s+Alice/);
    expect(waiting("sales")?.[0]).toBe(callers[1]);

    await choose("Bob +14155550102", "Move…");
    await accessible();
    await dialog().getByLabel("To").fill("5001");
    await confirm("Move");
    await is("Bob to wait in support", () => waiting("support")?.includes(callers[1] ?? "") === true);
    await shows(/Done: move Bob/);

    await choose("Alice +14155550101", "Connect with an agent…");
    await accessible();
    await dialog().getByLabel("Agent").selectOption("1002");
    await confirm("Connect");
    await is("1002 to ring", () => status("1002") === "ringing");
    office.pbx.answer("1002");
    await is("1002 to talk with Alice", () => numberOf("1002") === "+14155550101");
    await shows(/Waiting callers\s+Place[\s\S]*1\s+number withheld/);

    await choose("number withheld", "Hang up");
    await shows(/Hang up number withheld \(waiting in sales\)\?/);
    await accessible();
    await confirm("Hang up");
    await shows(/Nobody waits/);
    expect(office.pbx.truth().queues.sales?.waiting).toBe(0);
  });

  it("ADR 20 a dialog is about that caller only: when the caller has gone, nothing is done, and the focus is kept", async () => {
    await choose("Alice +14155550101", "Hang up");
    office.pbx.abandon(callers[0] ?? "");
    await shows(/Alice \+14155550101 is no longer waiting in sales\. Nothing was done/);
    await accessible();
    const sure = dialog().getByRole("button", { name: "Hang up" });
    expect(await sure.getAttribute("aria-disabled")).toBe("true");
    await sure.click({ force: true });
    await opened.page.keyboard.press("Escape");
    await dialog().waitFor({ state: "hidden" });
    expect(waiting("sales")).toEqual(callers.slice(1));
    // By keyboard alone: the focus returns to the menu that the dialog came from.
    await button("Actions for Bob +14155550102").focus();
    for (const key of ["ArrowDown", "m", "Enter"]) await opened.page.keyboard.press(key);
    await dialog().waitFor();
    await opened.page.keyboard.press("Escape");
    await dialog().waitFor({ state: "hidden" });
    await until("the focus on Bob's menu", () =>
      opened.page.evaluate(() => document.activeElement?.getAttribute("aria-label") === "Actions for Bob +14155550102"),
    );
  });

  it("offers what the token grants, on a phone and in the dark, and says what it lacks", async () => {
    const small = { width: 390, height: 844, colorScheme: "dark" } as const;
    opened = await office.open("/queue/sales", { callers: true, commands: ["moveCaller"] }, small);
    await shows(/Alice/);
    await button("Actions for Alice +14155550101").click();
    expect(await opened.page.getByRole("menuitem").allInnerTexts()).toEqual(["Move…"]);
    await accessible();
    const widths = await opened.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths).toEqual([390, 390]);
    opened = await office.open("/queue/sales", { callers: true, agents: ["1002", "1004"] }, small);
    await shows(/Alice/);
    await choose("Alice +14155550101", "Connect with an agent…");
    const agents = await dialog().getByLabel("Agent").locator("option").allInnerTexts();
    expect(agents).toEqual(["Dee Agent (1004), paused", "Bob Agent (1002), paused"]);
    opened = await office.open("/queue/sales", {}, small);
    await shows(/lacks the claim “callers”/);
    await accessible();
    opened = await office.open("/queue/sales", { callers: true, queues: ["support"] }, small);
    await shows(/does not grant queue sales/);
    await accessible();
  });
});

describe("an agent's call", () => {
  async function connectCall(): Promise<void> {
    office.pbx.call({ queue: "sales", number: "+14155550101", name: "Alice" });
    await is("1003 to ring", () => status("1003") === "ringing");
    office.pbx.answer("1003");
    await shows(/Talking with\s+Alice/);
  }
  async function consult(): Promise<void> {
    await opened.page.getByLabel("Dial or transfer to").fill("1001");
    await button("Consult first").click();
    await shows(/Consulting[\s\S]*Caller\s+on hold/);
  }

  beforeEach(async () => {
    for (const agent of ["1004", "1005"]) office.pbx.pause(agent, "Training", "sales");
    opened = await office.open("/agent/1003", { callers: true });
    await shows(/Cid Agent[\s\S]*No call/);
  });

  it("CM20 an attended transfer and its three ends; CM21, CM22, CM25 in the call", async () => {
    await connectCall();
    await button("Mute").click();
    await shows(/In this call\s+muted/);
    await button("Unmute").click();
    await button("Pause recording").click();
    await shows(/In this call\s+recording paused/);
    await button("Resume recording").click();
    await opened.page.getByLabel("Digits").fill("4a");
    await opened.page.keyboard.press("Enter");
    await shows(/Only digits, \*, #, and A to D are allowed/);
    await accessible();
    await opened.page.getByLabel("Digits").fill("42#");
    await opened.page.keyboard.press("Enter");
    await shows(/Done: send 42# into the call of Cid Agent \(1003\) with Alice/);
    expect(office.pbx.actions("PlayDTMF").map((action) => action.get("Digit"))).toEqual(["4", "2", "#"]);

    await consult();
    expect(await button("Hang up").count()).toBe(0);
    await accessible();
    await button("Cancel transfer").click();
    await shows(/Talking with\s+Alice/);
    await consult();
    office.pbx.answer("1001");
    await button("Join all three").click();
    await shows(/Done: join all three of the transfer of Cid Agent \(1003\) to 1001/);
    await is("1001 to talk", () => status("1001") === "inuse");
    office.pbx.hangup("1003");
    office.pbx.hangup("1001");
    await shows(/No call/);

    await connectCall();
    await consult();
    office.pbx.answer("1001");
    await button("Complete").click();
    await shows(/Done: complete the transfer of Cid Agent \(1003\) to 1001[\s\S]*No call|No call[\s\S]*Done: complete/);
    await is("1001 to have the caller", () => status("1001") === "inuse" && status("1003") === "not_inuse");
  });

  it("CM24 a colleague's ring is picked up, and is offered no longer than it rings", async () => {
    const caller = office.pbx.call({ queue: "support", number: "+14155550102", name: "Bob" });
    await shows(/Ringing at colleagues\s+Bob \+14155550102 in support, at Ann Agent \(1001\), Bob Agent/);
    await accessible();
    await button("Pick up Bob +14155550102, ringing at Ann Agent (1001)").click();
    await is("1003 to ring", () => status("1003") === "ringing");
    office.pbx.answer("1003");
    await shows(/Talking with\s+Bob/);
    await is("the others to stop", () => status("1001") === "not_inuse" && numberOf("1003") === "+14155550102");
    expect(await opened.page.getByText("Ringing at colleagues").count()).toBe(0);
    office.pbx.abandon(caller ?? "");
    await shows(/No call/);
  });

  it("pause reasons are a list that can be set, and any other text", async () => {
    const reason = opened.page.getByLabel("Reason for the next pause");
    await button("Lunch").click();
    expect(await reason.inputValue()).toBe("Lunch");
    await button("Set the list").click();
    const list = dialog().getByLabel("One per line");
    await list.fill("Coffee\na|b");
    await dialog().getByRole("button", { name: "Save" }).click();
    await shows(/a\|b: A reason must not contain/);
    await accessible();
    await list.fill("Coffee\nSchool run");
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "hidden" });
    await button("School run").click();
    await accessible();
    await button("Pause in sales").click();
    await is("paused", () => office.pbx.truth().queues.sales?.members["1003"]?.reason === "School run");
    // The same list is in the dialog of a card's menu.
    await opened.page.goto(`${edge.url.href}#/agents`);
    await button("Actions for Ann Agent").click();
    await opened.page.getByRole("menuitem", { name: "Pause…" }).click();
    await dialog().getByRole("button", { name: "Coffee" }).click();
    expect(await dialog().getByLabel("Reason").inputValue()).toBe("Coffee");
    await accessible();
    await dialog().getByLabel("Reason").fill("Dentist");
    await dialog().getByRole("button", { name: "Pause", exact: true }).click();
    await is("paused", () => office.pbx.truth().queues.support?.members["1001"]?.reason === "Dentist");
  });
});

it("the card's menu: each dialog and message of listening in, muting and recording", async () => {
  opened = await office.open("/agents", { callers: true });
  office.pbx.call({ queue: "sales", number: "+14155550101", name: "Alice" });
  await is("1003 to ring", () => status("1003") === "ringing");
  const choose = async (item: string | RegExp) => {
    await button("Actions for Cid Agent").click();
    await opened.page.getByRole("menuitem", { name: item }).click();
  };
  await shows(/from Alice/);
  await choose("Pick up…");
  await shows(/Pick up the call that rings at Cid Agent \(1003\) with Alice/);
  await accessible();
  office.pbx.answer("1003");
  await opened.page.keyboard.press("Escape");
  await shows(/with Alice/);
  for (const mode of ["Nobody hears me", "The agent hears me", "Both parties hear me"]) {
    await choose("Listen in…");
    await dialog().getByLabel("Mode").selectOption(mode);
    await dialog().getByLabel("With my phone").fill("1001");
    await accessible();
    await dialog().getByRole("button", { name: "Listen", exact: true }).click();
    if (status("1001") !== "inuse") {
      await is("1001 to ring", () => status("1001") === "ringing");
      office.pbx.answer("1001");
      await is("1001 to listen", () => office.pbx.truth().agents["1001"]?.supervises === "1003");
    }
  }
  await shows(/Done: join the call of Cid Agent/);
  await choose("Mute");
  await shows(/Done: mute/);
  await accessible();
  await choose("Pause recording");
  await shows(/Done: pause the recording/);
  await choose("Stop recording");
  await shows(/Stop the recording of the call of Cid Agent \(1003\) with Alice \+14155550101\?/);
  await accessible();
  await dialog().getByRole("button", { name: "Stop", exact: true }).click();
  await shows(/Done: stop the recording/);
  expect(office.pbx.truth().agents["1003"]?.recording).toBeNull();
});

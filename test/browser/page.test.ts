/** The dashboard's frame in a real browser: signing in, freshness, the wallboard, and what must hold on every view. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened, openPage } from "./chromium.ts";
import { type Office, openOffice } from "./office.ts";

// A whole chain and a browser on a busy machine; a wait that is in vain fails much earlier, and says why.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let office: Office;

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

afterEach(() => office.stop());

const textOf = ({ page }: Opened) => page.locator("body").innerText();
const shows = (opened: Opened, text: string | RegExp) =>
  until(`the page to show ${text}`, async () => new RegExp(text).test(await textOf(opened)), {
    evidence: () => opened.faults,
  });
const tile = ({ page }: Opened, queue: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: queue }) });

describe("signing in", () => {
  it("by a link: the token leaves the address, and the wallboard is there", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    await shows(opened, "live");
    expect(opened.page.url()).not.toContain("token");
    expect(opened.faults).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ["nonsense", () => "hello", /token/i],
    ["a connector's token", () => mintToken({ site: office.site, role: "connector" }), /token/i],
    ["one that has ended", () => mintToken({ site: office.site, expiresInSeconds: -60 }), /ended|expired/i],
    [
      "a forged one",
      () => mintToken({ site: office.site, secret: "another secret that is long enough, too" }),
      /token/i,
    ],
  ])("by the form: %s is told as that", async (_what, token, fault) => {
    const opened = await openPage(browser, edge.url.href);
    await opened.page.getByLabel("Token").fill(await token());
    await opened.page.getByRole("button", { name: "Sign in" }).click();
    await until("the fault", async () => fault.test(await opened.page.getByRole("alert").innerText()));
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.context().close();
  });

  it("by the form with a good token, and out again", async () => {
    const opened = await openPage(browser, edge.url.href);
    await opened.page.getByLabel("Token").fill(await mintToken({ site: office.site }));
    await opened.page.keyboard.press("Enter");
    await shows(opened, "support");
    await opened.page.getByRole("button", { name: "Sign out" }).click();
    await opened.page.getByLabel("Token").waitFor();
    await opened.page.reload();
    await opened.page.getByLabel("Token").waitFor();
    expect(opened.faults).toEqual([]);
    await opened.page.context().close();
  });

  it("a token for nothing shows that there is nothing, not an empty board", async () => {
    const opened = await office.open("/", { queues: [], agents: [] });
    await shows(opened, /no queue|nothing|no permission|No queues/i);
    expect(opened.faults).toEqual([]);
  });
});

describe("the wallboard", () => {
  it("counts who waits, ticks the longest wait, and knows who rings, talks and pauses", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    const support = tile(opened, "support");
    const says = (what: RegExp) => until(String(what), async () => what.test(await support.innerText()));
    await says(/Waiting\s+1/);
    await says(/3\s+ringing/);
    await says(/0:0[1-9]/);
    office.pbx.answer("1001");
    await says(/Waiting\s+0/);
    await says(/1\s+talking/);
    office.pbx.pause("1002", "Lunch", "support");
    await says(/1\s+paused/);
    office.pbx.hangup("1001");
    await says(/Answered\s+1/);
    expect(opened.faults).toEqual([]);
  });

  it("thresholds are set, kept, and tell by word what is wrong", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await until("one to wait", async () => /Waiting\s+1/.test(await tile(opened, "support").innerText()));
    await opened.page.getByRole("button", { name: "Thresholds" }).click();
    const dialog = opened.page.getByRole("dialog");
    await dialog.waitFor();
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(opened.faults).toEqual([]);
  });

  it("the last hour is drawn, and told in words", async () => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    const opened = await office.open();
    const strip = tile(opened, "support").getByRole("img", { name: /^Last hour of support/ });
    await strip.locator("canvas").waitFor();
    await until("the words to tell who waited", async () => /\d/.test((await strip.getAttribute("aria-label")) ?? ""), {
      timeoutMs: 30_000,
    });
    expect(opened.faults).toEqual([]);
  });

  it("a queue's statistics are reset after a question", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await until("1001 to ring", () => office.pbx.truth().agents["1001"]?.status === "ringing");
    office.pbx.answer("1001");
    await until("1001 to talk", () => office.pbx.truth().agents["1001"]?.status === "inuse");
    office.pbx.hangup("1001");
    const says = (what: RegExp) =>
      until(String(what), async () => what.test(await tile(opened, "support").innerText()));
    await says(/Answered\s+1/);
    await opened.page.getByRole("button", { name: "Reset the statistics of support" }).click();
    await opened.page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await shows(opened, /Done: reset the statistics of support/);
    await says(/Answered\s+0/);
    expect(opened.faults).toEqual([]);
  });

  it("kiosk mode shows the queues without a header", async () => {
    const opened = await office.open("/kiosk", {}, { width: 1920, height: 1080 });
    await opened.page.getByRole("navigation").waitFor({ state: "detached" });
    await shows(opened, "support");
    expect(await axe(opened.page)).toEqual([]);
  });
});

describe("freshness (ST3)", () => {
  it("Asterisk is away: as of when, the last values kept, and live again without a zero in between", async () => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    const opened = await office.open();
    await until("one to wait", async () => /Waiting\s+1/.test(await tile(opened, "support").innerText()));
    office.ami.cut("refuse");
    await shows(opened, /as of \d+:\d\d:\d\d/);
    expect(await tile(opened, "support").innerText()).toMatch(/Waiting\s+1/);
    // Whatever the tile says from now on is watched, so that a zero for a moment would be seen.
    await opened.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      const read = () => seen.push(/Waiting\s+(\d+)/.exec(document.body.innerText)?.[1] ?? "?");
      new MutationObserver(read).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    office.ami.accept();
    await shows(opened, "live");
    const seen = await opened.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    expect(new Set(seen)).toEqual(new Set(["1"]));
    expect(opened.faults).toEqual([]);
  });

  it("the connector is gone: the site is offline, and said so in words", async () => {
    const opened = await office.open();
    await shows(opened, "live");
    await office.killConnector();
    await shows(opened, /as of \d+:\d\d:\d\d/);
    await shows(opened, /offline/);
    await office.startConnector();
    await shows(opened, "live");
    expect(opened.faults).toEqual([]);
  });
});

describe("on every view", () => {
  const views = ["/", "/kiosk", "/agents", "/agent/1001"];
  const looks = [
    { colorScheme: "light", width: 1280, height: 800 },
    { colorScheme: "dark", width: 1280, height: 800 },
    { colorScheme: "light", width: 390, height: 844 },
  ] as const;

  it.each(views)("%s: axe finds nothing, light, dark and on a phone; nothing is asked elsewhere", async (view) => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    office.pbx.pause("1002", "Lunch", "support");
    for (const look of looks) {
      const opened = await office.open(view, {}, look);
      await shows(opened, /support|Ann Agent/);
      expect([look, await axe(opened.page)]).toEqual([look, []]);
      const overflow = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([look, overflow <= 0]).toEqual([look, true]);
      expect(opened.faults).toEqual([]);
    }
  });
});

/** The dashboard in a real browser: sign-in, the wallboard, freshness, and accessibility of every view. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened, openPage } from "./chromium.ts";
import { type Office, openOffice } from "./office.ts";

// The whole chain and a browser may be slow on a busy machine. A wait for something that never comes fails much
// earlier.
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
  it("by a link removes the token from the address and shows the wallboard", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    await shows(opened, "live");
    expect(opened.page.url()).not.toContain("token");
    expect(opened.faults).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ["an incomplete token", () => "hello", /token/i],
    ["a connector's token", () => mintToken({ site: office.site, role: "connector" }), /token/i],
    ["an expired token", () => mintToken({ site: office.site, expiresInSeconds: -60 }), /expired/i],
    [
      "a forged token",
      () => mintToken({ site: office.site, secret: "another secret that is long enough, too" }),
      /token/i,
    ],
  ])("by the form with %s shows the problem", async (_kind, token, problem) => {
    const opened = await openPage(browser, edge.url.href);
    await opened.page.getByLabel("Token").fill(await token());
    await opened.page.getByRole("button", { name: "Sign in" }).click();
    await until("the problem", async () => problem.test(await opened.page.getByRole("alert").innerText()));
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.context().close();
  });

  it("by a link in a tab that is signed in asks first", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    const stored = () => opened.page.evaluate(() => sessionStorage.getItem("pbxis-token"));
    const before = await stored();
    const token = await mintToken({ site: office.site, sub: "other", agents: [], queues: ["sales"], commands: [] });
    const dialog = opened.page.getByRole("dialog", { name: "Replace this tab’s sign-in?" });
    for (const answer of ["Stay signed in", "Use the link’s token"]) {
      expect(await stored()).toBe(before);
      await opened.page.goto(`${edge.url.href}#token=${token}`);
      await dialog.waitFor();
      expect(opened.page.url()).not.toContain("token");
      expect(await dialog.innerText()).toContain(`${office.site}: no agents; queues sales; no commands`);
      expect(await axe(opened.page)).toEqual([]);
      await dialog.getByRole("button", { name: answer }).click();
      await dialog.waitFor({ state: "detached" });
    }
    expect(await stored()).toBe(token);
    // Also when the page is loaded anew by the link.
    await opened.page.goto("about:blank");
    await opened.page.goto(`${edge.url.href}#token=${before}`);
    await dialog.waitFor();
    expect(await stored()).toBe(token);
    expect(opened.faults).toEqual([]);
  });

  it("by the form with a valid token, and out again", async () => {
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

  it("with a token that grants nothing says so instead of showing an empty board", async () => {
    const opened = await office.open("/", { queues: [], agents: [] });
    await shows(opened, /no queues|access denied/i);
    expect(opened.faults).toEqual([]);
  });
});

describe("the wallboard", () => {
  it("shows the waiting callers, the longest wait, and the ringing, talking and paused agents", async () => {
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

  it("opens and closes the dialog of the thresholds", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await until("a caller to wait", async () => /Waiting\s+1/.test(await tile(opened, "support").innerText()));
    await opened.page.getByRole("button", { name: "Thresholds" }).click();
    const dialog = opened.page.getByRole("dialog");
    await dialog.waitFor();
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(opened.faults).toEqual([]);
  });

  it("EV18 shows the day's figures, and draws the last hours, also after a reload", async () => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await until("1001 to ring", () => office.pbx.truth().agents["1001"]?.status === "ringing");
    office.pbx.answer("1001");
    await until("1001 to talk", () => office.pbx.truth().agents["1001"]?.status === "inuse");
    office.pbx.hangup("1001");
    const opened = await office.open();
    const says = (what: RegExp) =>
      until(String(what), async () => what.test(await tile(opened, "support").innerText()));
    await says(/100%[\s\S]*Answered\s+1\s+Abandoned\s+0/);
    await opened.page.reload();
    await says(/Answered\s+1\s/);
    await tile(opened, "support")
      .getByRole("img", { name: /^Last 12 hours of support/ })
      .waitFor();
  });

  it("has thresholds of a queue of its own", async () => {
    const opened = await office.open();
    await shows(opened, "support");
    await opened.page.getByRole("button", { name: "Thresholds" }).click();
    const dialog = opened.page.getByRole("dialog");
    await dialog.getByLabel("For", { exact: true }).selectOption("sales");
    await dialog
      .getByRole("group", { name: /Callers waiting/ })
      .getByLabel("Attention")
      .fill("0");
    await dialog
      .getByRole("group", { name: /Callers waiting/ })
      .getByLabel("Critical")
      .fill("1");
    await dialog.getByRole("button", { name: "Save" }).click();
    const levels = () =>
      opened.page.locator(".wb-tile").evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.level));
    await until("sales alone to need attention", async () => (await levels()).join() === "warn,good");
    expect(await axe(opened.page)).toEqual([]);
  });

  it("shows the queues without navigation in kiosk mode", async () => {
    const opened = await office.open("/kiosk", {}, { width: 1920, height: 1080 });
    await opened.page.getByRole("navigation").waitFor({ state: "detached" });
    await shows(opened, "support");
    expect(await axe(opened.page)).toEqual([]);
  });
});

describe("a day of calls, through the real worker", () => {
  it("AP13, AP12, EV19 is in the lists, the reports and the agent's figures, also after a reload", async () => {
    const { pbx } = office;
    const waiting = pbx.call({ queue: "sales", number: "+14155550133", name: "Bob" });
    pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    await until("1001 to ring", () => pbx.truth().agents["1001"]?.status === "ringing");
    pbx.answer("1001");
    pbx.abandon(waiting ?? "");
    await until("1001 to talk", () => pbx.truth().agents["1001"]?.status === "inuse");
    pbx.hangup("1001");
    const opened = await office.open("/calls?outcome=abandoned", { callers: true });
    await shows(opened, /Bob \(\+14155550133\)[\s\S]*sales[\s\S]*Abandoned/);
    expect(await opened.page.locator("tbody tr").count()).toBe(1);
    await opened.page.getByLabel("Outcome").selectOption("All outcomes");
    await shows(opened, /Alice \(\+14155550100\)[\s\S]*Ann Agent \(1001\)/);
    await opened.page.getByRole("link", { name: "Ann Agent (1001)" }).click();
    await shows(opened, /Today[\s\S]*Answered\s+1\s[\s\S]*Recent queue calls[\s\S]*Alice/);
    await opened.page.reload();
    await shows(opened, /Today[\s\S]*Answered\s+1\s[\s\S]*Recent queue calls[\s\S]*Alice/);
    await opened.page.goto(`${edge.url.href}#/reports`);
    const row = (text: RegExp) => opened.page.getByRole("row", { name: text });
    await row(/^sales 1 0 0% 1 100%/).waitFor();
    await row(/^support 1 1 100% 0 0%/).waitFor();
    expect(await axe(opened.page)).toEqual([]);
    expect(opened.faults).toEqual([]);
  });
});

describe("the scripts of a view", () => {
  const scripts = ({ page }: Opened) => {
    const loaded: string[] = [];
    page.on("request", (request) => {
      if (request.resourceType() === "script") loaded.push(request.url());
    });
    return loaded;
  };

  it("come when it is opened; a view that cannot be loaded says so", async () => {
    const opened = await office.open();
    await shows(opened, "live");
    const loaded = scripts(opened);
    await opened.page.goto(`${edge.url.href}#/agents`);
    await shows(opened, "Ann Agent");
    expect(loaded.filter((url) => url.includes("/agents-view-"))).toHaveLength(1);
    expect(opened.faults).toEqual([]);
    const pattern = "**/assets/agent-page-*.js";
    await opened.page.route(pattern, (route) => route.abort());
    await opened.page.goto(`${edge.url.href}#/agent/1001`);
    await shows(opened, "This view could not be loaded");
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.unroute(pattern);
    await opened.page.getByRole("button", { name: "Reload the page" }).click();
    await shows(opened, "Ann Agent");
  });
});

describe("at 1366 pixels", () => {
  it("two queues fill the wallboard, and no count wraps", async () => {
    const { page } = await office.open("/", {}, { width: 1366, height: 768 });
    const tiles = page.locator(".wb-tile");
    await until("two tiles", async () => (await tiles.count()) === 2);
    const widths = await tiles.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().width));
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeGreaterThan(1300);
    const bottom = await tiles.first().evaluate((one) => one.getBoundingClientRect().bottom);
    expect(bottom).toBeGreaterThan(700);
    expect(bottom).toBeLessThanOrEqual(768);
    const rows = await page
      .locator(".wb-agents")
      .evaluateAll((all) =>
        all.map(({ children }) => new Set([...children].map((one) => one.getBoundingClientRect().top)).size),
      );
    expect(rows).toEqual([1, 1]);
  });

  it("an agent who talks and is paused is counted in both states, and the card cuts nothing", async () => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Bartholomew von Hohenstein-Langenburg" });
    await until("1001 to ring", () => office.pbx.truth().agents["1001"]?.status === "ringing");
    office.pbx.answer("1001");
    office.pbx.pause("1001", "Lunch", "support");
    const opened = await office.open("/agents", {}, { width: 1366, height: 768 });
    const card = opened.page.locator("[data-agent='1001']");
    await until("the note", async () => /also paused/.test(await card.innerText()));
    await shows(opened, /1\s+talking[\s\S]*1\s+paused/);
    const cut = await card.evaluate((one) =>
      [...one.querySelectorAll<HTMLElement>("*")]
        .filter(
          ({ scrollWidth, scrollHeight, clientWidth, clientHeight }) =>
            clientWidth > 1 && (scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 4),
        )
        .map(({ className }) => className),
    );
    expect(cut).toEqual([]);
  });
});

describe("ST3 freshness", () => {
  it("keeps the last values with their time while Asterisk is disconnected, and resumes without a zero", async () => {
    office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    const opened = await office.open();
    await until("a caller to wait", async () => /Waiting\s+1/.test(await tile(opened, "support").innerText()));
    office.ami.cut("refuse");
    await shows(opened, /as of \d+:\d\d:\d\d/);
    expect(await tile(opened, "support").innerText()).toMatch(/Waiting\s+1/);
    // Record every count that the page shows from now on, so that even a momentary zero is detected.
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

  it("shows that the site is offline after the connector has gone", async () => {
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
  const views = ["/", "/kiosk", "/agents", "/agent/1001", "/calls", "/reports"];
  const looks = [
    { colorScheme: "light", width: 1280, height: 800 },
    { colorScheme: "dark", width: 1280, height: 800 },
    { colorScheme: "light", width: 390, height: 844 },
  ] as const;

  it.each(views)(
    "%s: no accessibility violations or requests to other origins in light, dark and phone layouts",
    async (view) => {
      office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
      office.pbx.pause("1002", "Lunch", "support");
      for (const look of looks) {
        const opened = await office.open(view, {}, look);
        await shows(opened, /support|Ann Agent|Save as CSV/);
        expect([look, await axe(opened.page)]).toEqual([look, []]);
        const overflow = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect([look, overflow <= 0]).toEqual([look, true]);
        expect(opened.faults).toEqual([]);
      }
    },
  );
});

/** AP15: the dashboard of several sites in a real browser, each with its own PBX and connector. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { axe, launchChromium, type Opened } from "./chromium.ts";
import { type Office, openOffice } from "./office.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let browser: Browser;
let offices: readonly [Office, Office];
let opened: Opened;

beforeAll(async () => {
  [edge, browser] = await Promise.all([startEdge(), launchChromium()]);
  offices = await Promise.all([openOffice(edge, browser), openOffice(edge, browser)]);
  const lists = { agents: ["*"], queues: ["*"], commands: ["*"], callers: false };
  const sites = { [offices[0].site]: lists, [offices[1].site]: { ...lists, commands: ["queuePause"] } };
  opened = await offices[0].open("/", { site: undefined, sites });
});

afterAll(async () => {
  await Promise.all((offices ?? []).map((office) => office.stop()));
  await browser?.close();
  await edge?.stop();
});

const part = ({ site }: Office) => opened.page.getByRole("region", { name: site, exact: true });
const says = (what: RegExp, where: { innerText: () => Promise<string> }) =>
  until(`the page to say ${what}`, async () => what.test(await where.innerText()), { evidence: () => opened.faults });
const body = () => opened.page.locator("body");

describe("AP15 a token for several sites", () => {
  it("shows all of them on one wallboard, with each site's link and totals over all", async () => {
    await opened.page.getByRole("button", { name: "Sign in" }).click();
    await says(/all 2 sites live/, body());
    const total = opened.page.getByLabel("All sites, today");
    for (const office of offices) {
      await says(/live[\s\S]*support/, part(office));
      office.pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
    }
    await says(/Waiting\s+2/, total);
    expect(await axe(opened.page)).toEqual([]);
  });

  it("has both on one screen in kiosk mode", async () => {
    await opened.page.getByRole("link", { name: "Kiosk" }).click();
    await opened.page.getByRole("heading", { name: "All sites" }).waitFor();
    for (const office of offices) await says(/support/, part(office));
    expect(await opened.page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
    expect(await axe(opened.page)).toEqual([]);
    await opened.page.keyboard.press("Escape");
    await opened.page.getByRole("heading", { name: "Wallboard" }).waitFor();
  });

  it("one site is offline, and the other goes on", async () => {
    const [one, other] = offices;
    await one.killConnector();
    await says(/as of .* the site is offline/, part(one));
    await says(/1 of 2 sites live/, body());
    expect(await part(other).locator(".sh-fresh").innerText()).toBe("live");
    await one.startConnector();
    await says(/all 2 sites live/, body());
  });

  it("has the agents of all, and sends a command to the site of the card", async () => {
    const [one, other] = offices;
    await opened.page.getByRole("link", { name: "Agents", exact: true }).click();
    await says(/Ann Agent/, part(one));
    await part(other).getByRole("button", { name: "Actions for Ann Agent" }).click();
    await part(other).getByRole("menuitem", { name: /Pause/ }).first().click();
    const dialog = opened.page.getByRole("dialog");
    if (await dialog.isVisible()) await dialog.getByRole("button", { name: /Pause/ }).click();
    await says(/paused/, part(other).getByRole("listitem").filter({ hasText: "Ann Agent" }).first());
    expect(await part(one).getByRole("listitem").filter({ hasText: "Ann Agent" }).first().innerText()).not.toMatch(
      /paused/,
    );
    expect(await axe(opened.page)).toEqual([]);
  });

  it("a link of a card leads to that site alone, and all sites can be chosen again", async () => {
    const [, other] = offices;
    await part(other).getByRole("link", { name: "Ann Agent" }).click();
    await opened.page.getByRole("heading", { name: /Ann Agent/ }).waitFor();
    expect(await opened.page.getByLabel("Site", { exact: true }).inputValue()).toBe(other.site);
    await opened.page.getByLabel("Site", { exact: true }).selectOption("All sites");
    await says(/This view is about one site/, body());
    await opened.page.getByRole("link", { name: "Wallboard", exact: true }).click();
    await says(/all 2 sites live/, body());
    expect(opened.faults).toEqual([]);
  });
});

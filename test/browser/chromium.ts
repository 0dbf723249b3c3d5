/** A real Chromium: Debian's, by its own path, or the one that `CHROMIUM` names. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launchChromium(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...usual].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error("there is no Chromium: `apt-get install chromium`, or set CHROMIUM to where one is");
  // The sandbox needs rights that a container does not give; the pages are our own.
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

export type Opened = Readonly<{
  page: Page;
  /** What went wrong on the page, what it asked of other origins among it. */
  faults: readonly string[];
}>;

export type OpenOptions = Readonly<{
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  reducedMotion?: "reduce" | "no-preference";
}>;

/** A page of its own, without cookies or storage of others. */
export async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<Opened> {
  const { width = 1280, height = 800, colorScheme = "light", reducedMotion = "no-preference" } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion });
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // Chromium says so of every refusal; those that matter are told below.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    // How a command ends is an answer, not a fault of the page.
    if (response.status() >= 400 && !response.url().endsWith("/commands"))
      faults.push(`${response.status()} for ${response.url()}`);
  });
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(origin) && !asked.startsWith("data:")) faults.push(`asked elsewhere: ${asked}`);
  });
  await page.goto(url);
  return { page, faults };
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong with the page as it is now: rule and elements. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axePath, "utf8"));
  return await page.evaluate(async () => {
    type Violation = { id: string; nodes: { target: unknown[]; failureSummary?: string }[] };
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary = "" }) => `${id}: ${target.join(" ")}: ${failureSummary.slice(0, 200)}`),
    );
  });
}

/** Starts a real Chromium: the one that `CHROMIUM` names, or Debian's or Google's at the usual paths. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";

const usualPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launchChromium(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...usualPaths].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error("Chromium not found: install it (`apt-get install chromium`) or set CHROMIUM to its path");
  // Chromium's sandbox needs privileges that containers lack. The tests open only their own pages.
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

export type Opened = Readonly<{
  page: Page;
  /** Errors on the page, and requests to other origins. */
  faults: readonly string[];
}>;

export type OpenOptions = Readonly<{
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  reducedMotion?: "reduce" | "no-preference";
}>;

/** Opens the page in a new browser context, without cookies or storage of other pages. */
export async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<Opened> {
  const { width = 1280, height = 800, colorScheme = "light", reducedMotion = "no-preference" } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion });
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    // Chromium logs every failed response. The ones that matter are recorded below.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    // The outcome of a failed command is an expected response.
    if (response.status() >= 400 && !response.url().endsWith("/commands"))
      faults.push(`${response.status()} for ${response.url()}`);
  });
  page.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(origin) && !target.startsWith("data:")) faults.push(`request to another origin: ${target}`);
  });
  await page.goto(url);
  return { page, faults };
}

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The accessibility violations that axe finds on the page: rule, elements and summary. */
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

/** The hooks of `@pbxis/react` in a real browser: however many events arrive, a frame has one render. */
import { join } from "node:path";
import { build } from "esbuild";
import { renderToString } from "react-dom/server";
import { expect, it } from "vitest";
import { until } from "../harness/wait.ts";
import { launchChromium } from "./chromium.ts";
import { page as hooksPage, type Seen } from "./hooks-page.ts";

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "hooks-entry.ts")],
    bundle: true,
    write: false,
    format: "iife",
    // The build of React that reports commits, and mistakes.
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return outputFiles[0]?.text ?? "";
}

it("200 agents at 200 events a second are rendered at most once per frame, in StrictMode and after a server's page", async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("pageerror", ({ message }) => faults.push(message));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.setContent(`<div id="root">${renderToString(hooksPage())}</div>`);
    await page.addScriptTag({ content: await bundlePage() });
    const read = () => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
    const texts = () => page.locator("li").allInnerTexts();
    await until("all events", async () => (await read()).isDone, { evidence: read });
    await until("what they say", async () => (await texts()).at(-1) === "name 999", { evidence: texts });
    expect(await texts()).toEqual(Array.from({ length: 200 }, (_, index) => `name ${800 + index}`));
    await expect.poll(() => page.locator("output").innerText()).toBe("10");

    const { commits, frame, events, opened, closed } = await read();
    expect(faults).toEqual([]);
    expect([opened, closed]).toEqual([2, 1]);
    // Those of the hydration, and those of occurrences, which the page shows at once.
    const others = 4 + 10;
    expect(commits.length - new Set(commits).size).toBeLessThanOrEqual(others);
    expect(commits.length).toBeLessThanOrEqual(frame + others);
    expect(commits.length).toBeLessThan(events);
  } finally {
    await browser.close();
  }
});

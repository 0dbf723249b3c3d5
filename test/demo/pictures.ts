/**
 * Makes the pictures of the README from the demo: it starts one, lets calls come in, and photographs the dashboard in a
 * real Chromium (Debian's, or the one in CHROMIUM).
 *
 *     pnpm pictures
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launchChromium, type Opened, openPage } from "../browser/chromium.ts";
import { until } from "../harness/wait.ts";

const folder = join(import.meta.dirname, "../../docs/pictures");
/** What a reader's screen shows of a README. */
const viewport = { width: 1280, height: 720 };
/** Long enough for calls to wait, ring and be answered. */
const warmUpMs = 30_000;

/** By the name of the file: the address's hash. */
const views = {
  wallboard: "#/",
  queue: "#/queue/support",
  agents: "#/agents",
  agent: "#/agent/1001",
  calls: "#/calls",
  reports: "#/reports",
} as const;

async function startDemo(): Promise<{ link: string; stop: () => Promise<void> }> {
  const demo = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "main.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  demo.stdout.on("data", (bytes) => {
    output = (output + bytes).slice(-20_000);
  });
  const link = await until("the demo's link", () => /http:\S+#token=\S+/.exec(output)?.[0], { timeoutMs: 120_000 });
  return {
    link,
    stop: async () => {
      demo.kill("SIGINT");
      if (demo.exitCode === null) await once(demo, "exit");
    },
  };
}

async function photograph({ page }: Opened, name: string, hash: string): Promise<void> {
  await page.evaluate((value) => {
    location.hash = value;
  }, hash);
  await page.waitForLoadState("networkidle").catch(() => {});
  // Views come when they are opened, and figures move in.
  await sleep(1500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const demo = await startDemo();
const browser = await launchChromium();
try {
  await mkdir(folder, { recursive: true });
  const page = await openPage(browser, demo.link, viewport);
  await sleep(warmUpMs);
  for (const [name, hash] of Object.entries(views)) await photograph(page, name, hash);
} finally {
  await browser.close();
  await demo.stop();
}

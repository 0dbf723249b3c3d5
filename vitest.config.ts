import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Generous, so that a loaded machine fails no test. A test waits for its condition, never for a time. */
const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
/** The same for `expect.poll`. */
const expect = { poll: { timeout: 30_000 } };
/** Files share a process, and the modules that they load: to load them anew for each takes as long as most tests. */
const isolate = false;
/** Many tests start the connector as a process of its own, which compiles half of its time. */
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL(".cache/node", import.meta.url));

export default defineConfig({
  test: {
    globalSetup: "./worker/bin/dashboard-setup.ts",
    // Most tests wait for other processes; with one worker fewer than cores, half of a small machine would be idle.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "node",
          include: [
            "{shared,react,connector}/src/**/*.test.ts",
            "{connector,worker}/bin/**/*.test.ts",
            "worker/dashboard/src/**/*.test.ts",
            "{test,bench,packaging}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "test/{asterisk,browser,examples,hostile,upgrade}/**"],
          environment: "node",
          isolate,
          ...timeouts,
          expect,
        },
      },
      // By hundreds, on real workers: `pnpm test:hostile`.
      {
        test: {
          name: "hostile",
          include: ["test/hostile/**/*.test.ts"],
          environment: "node",
          isolate,
          ...timeouts,
          expect,
        },
      },
      // Deploys several builds one over the other: `pnpm test:upgrade`.
      { test: { name: "upgrade", include: ["test/upgrade/**/*.test.ts"], environment: "node", ...timeouts, expect } },
      // Needs a Chromium: `pnpm test:browser`.
      {
        test: {
          name: "browser",
          include: ["test/{browser,examples}/**/*.test.ts"],
          environment: "node",
          isolate,
          ...timeouts,
          expect,
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { PBXIS_SECRET: "test-secret-of-at-least-32-bytes!!" } },
          }),
        ],
        test: {
          name: "worker",
          include: ["worker/src/**/*.test.ts"],
          ...timeouts,
          expect,
          isolate,
          setupFiles: ["./worker/src/testing/reset-storage.ts"],
        },
      },
    ],
  },
});

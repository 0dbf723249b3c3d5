import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "./worker/bin/dashboard-setup.ts",
    projects: [
      {
        test: {
          name: "node",
          include: [
            "{shared,connector}/src/**/*.test.ts",
            "{connector,worker}/bin/**/*.test.ts",
            "worker/dashboard/src/**/*.test.ts",
            "{test,bench}/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "test/asterisk/**", "test/browser/**", "test/hostile/**"],
          environment: "node",
        },
      },
      // By hundreds, on real workers: `pnpm test:hostile`.
      { test: { name: "hostile", include: ["test/hostile/**/*.test.ts"], environment: "node" } },
      // Needs a Chromium: `pnpm test:browser`.
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], environment: "node" } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { PBXIS_SECRET: "test-secret-of-at-least-32-bytes!!" } },
          }),
        ],
        test: { name: "worker", include: ["worker/src/**/*.test.ts"] },
      },
    ],
  },
});

import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["{shared,connector}/src/**/*.test.ts", "worker/bin/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/asterisk/**"],
          environment: "node",
        },
      },
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

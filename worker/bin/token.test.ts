import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { jwtVerify } from "jose";
import { expect, it } from "vitest";

const script = fileURLToPath(new URL("token.ts", import.meta.url));
const secret = "0123456789abcdef0123456789abcdef";

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [script, ...args], { encoding: "utf8", env: { PATH: process.env.PATH, ...env } });

it("prints only the token on standard output, signed with the secret", async () => {
  const { stdout, stderr, status } = run(["--site", "hq", "--queues", "call center"], { PBXIS_SECRET: secret });
  expect([status, stderr]).toEqual([0, ""]);
  const { payload } = await jwtVerify(stdout.trimEnd(), new TextEncoder().encode(secret));
  const dated = { exp: expect.any(Number), iat: expect.any(Number), jti: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  expect(payload).toMatchObject({ site: "hq", role: "client", queues: ["call center"], ...dated });
});

it.each([
  [["--site", "hq", "--ttl", "soon"], { PBXIS_SECRET: secret }, "--ttl must be"],
  [["--site", "hq"], { PBXIS_SECRET: "short" }, "at least 32 bytes"],
])("%j: one clear message, exit code 2, nothing on standard output", (args, env, message) => {
  const { stdout, stderr, status } = run(args, env);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

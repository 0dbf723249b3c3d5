/** `connector doctor` as an administrator runs it, with an AMI server and a real worker. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type ScriptedAsterisk, startScriptedAsterisk } from "../../connector/src/testing/scripted-asterisk.ts";
import { inherited } from "../harness/inherited.ts";
import { freePort } from "../harness/port.ts";
import { mintToken } from "../harness/token.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const main = fileURLToPath(new URL("../../connector/src/main.ts", import.meta.url));
let edge: EvictableEdge;
let asterisk: ScriptedAsterisk;

beforeAll(async () => {
  edge = await startEvictableEdge();
  asterisk = await startScriptedAsterisk();
});
afterAll(async () => {
  await asterisk?.stop();
  await edge?.stop();
});

async function doctor(env: Readonly<Record<string, string>> = {}, ...args: string[]) {
  const settings = {
    ...inherited,
    PBXIS_SITE: "hq",
    PBXIS_EDGE_URL: edge.url.href,
    PBXIS_TOKEN: await mintToken({ site: "hq", role: "connector" }),
    AMI_PORT: String(asterisk.port),
    AMI_USERNAME: "pbxis",
    AMI_SECRET: "secret",
    ...env,
  };
  return new Promise<Readonly<{ code: number | null; text: string }>>((resolve) => {
    const child = execFile(
      process.execPath,
      ["--", main, "doctor", ...args],
      { env: settings },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, text: stdout + stderr }),
    );
  });
}

it("finds nothing wrong with a center that works, and may run beside its connector", async () => {
  const { code, text } = await doctor();
  expect(text).toMatch(/^✓ Asterisk: connected to 22\.10\.1$/m);
  expect(text).toMatch(/^✓ queues: 1 queues with 1 members, 1 agents$/m);
  expect(text).toMatch(/^✓ uplink: the worker accepts the token$/m);
  expect([code, text]).toEqual([0, expect.stringMatching(/^problems: 0, warnings: \d+$/m)]);
});

it.each<[string, () => Promise<Record<string, string>>, RegExp]>([
  [
    "a token of another site",
    async () => ({ PBXIS_TOKEN: await mintToken({ site: "north", role: "connector" }) }),
    /✗ uplink: .*another site/,
  ],
  [
    "a client's token",
    async () => ({ PBXIS_TOKEN: await mintToken({ site: "hq" }) }),
    /✗ PBXIS_TOKEN: has the role client/,
  ],
  [
    "a token that has ended",
    async () => ({ PBXIS_TOKEN: await mintToken({ site: "hq", role: "connector", expiresInSeconds: -60 }) }),
    /✗ PBXIS_TOKEN: expired/,
  ],
  [
    "a forged token",
    async () => ({
      PBXIS_TOKEN: await mintToken({
        site: "hq",
        role: "connector",
        secret: "another secret, and long enough for HS256",
      }),
    }),
    /✗ uplink: .*signature is wrong/,
  ],
  [
    "TLS to a plain worker",
    async () => ({ PBXIS_EDGE_URL: `https://${edge.url.host}` }),
    /✗ worker: .*does not speak TLS; perhaps PBXIS_EDGE_URL should begin with http:/,
  ],
  ["TLS to a plain AMI", async () => ({ AMI_TLS: "true" }), /✗ Asterisk: .*does not speak TLS; check AMI_TLS/],
  ["a closed port", async () => ({ AMI_PORT: String(await freePort()) }), /✗ Asterisk: .*nothing listens there/],
  [
    "a misspelt setting",
    async () => ({ PBXIS_ORIGNATE_CONTEXT: "x", AMI_SECRET: "" }),
    /✗ settings: PBXIS_ORIGNATE_CONTEXT .*PBXIS_ORIGINATE_CONTEXT/,
  ],
])("%s gets a line that says what to do, and exit code 1", async (_what, change, line) => {
  const { code, text } = await doctor(await change());
  expect([code, text]).toEqual([1, expect.stringMatching(line)]);
});

it("prints JSON", async () => {
  const { code, text } = await doctor({}, "--json");
  expect(JSON.parse(text)).toMatchObject({
    ok: true,
    findings: expect.arrayContaining([
      { mark: "ok", subject: "uplink", text: "the worker accepts the token", advice: null },
    ]),
  });
  expect(code).toBe(0);
});

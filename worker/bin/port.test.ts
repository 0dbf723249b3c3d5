import { execFile } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isPortFree } from "./port.ts";

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => server.close());

it("a port is free once nobody listens on it, and 0 always", async () => {
  expect([await isPortFree(port), await isPortFree(0)]).toEqual([false, true]);
  server.close();
  await once(server, "close");
  expect(await isPortFree(port)).toBe(true);
});

it.each([
  ["worker/bin/dev.ts", (taken: number) => ["--port", String(taken)], /^worker: port \d+ is in use.*--port N/],
  ["test/demo/main.ts", () => [], /^demo: port \d+ is in use.*PBXIS_DEMO_PORT/],
])("%s says in one line which setting moves a taken port", async (script, argsOf, message) => {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const env = { PATH: process.env.PATH, PBXIS_SECRET: "x".repeat(40), PBXIS_DEMO_PORT: String(port) };
  const child = execFile(process.execPath, [file, ...argsOf(port)], { env });
  let text = "";
  child.stderr?.on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  expect([code, text]).toEqual([2, expect.stringMatching(message)]);
  expect(text.trim().split("\n").length).toBe(1);
});

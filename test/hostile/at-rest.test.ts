/** What `pnpm worker` leaves on the disk: no ticket, no dialed number, and nothing that another user may read. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sendRequest } from "../harness/raw-client.ts";
import { mintToken, testSecret } from "../harness/token.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let home: string;
let state: string;
let worker: ChildProcess;
let url: URL;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "pbxis-home-"));
  state = join(home, "state");
  const { PATH = "" } = process.env;
  worker = fork(fileURLToPath(new URL("../../worker/bin/dev.ts", import.meta.url)), ["--port", "0", "--state", state], {
    execArgv: ["--no-warnings"],
    env: { PATH, HOME: home, PBXIS_SECRET: testSecret, PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (!worker.stdout) throw new Error("the worker has no output");
  for await (const line of createInterface({ input: worker.stdout })) {
    const address = /^worker: listening on (\S+)$/.exec(line)?.[1];
    if (address === undefined) continue;
    url = new URL(address);
    break;
  }
});
afterAll(async () => {
  const ended = new Promise((resolve) => worker.on("exit", resolve));
  worker.kill("SIGTERM");
  await ended;
  await rm(home, { recursive: true, force: true });
});

const ticket = "TICKETthatMustNotBeKept_".padEnd(75, "A");
const number = "5550198777";

it("keeps neither tickets nor dialed numbers of requests, in files of its owner alone", async () => {
  const headers = { authorization: `Bearer ${await mintToken({ commands: ["*"] })}` };
  await sendRequest(url, `/v1/sites/hq/events?ticket=${ticket}`);
  await sendRequest(url, `/originate/1001/${number}`, { method: "POST", headers });
  expect((await sendRequest(url, "/v1/sites/hq", { headers })).status).toBe(200);
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.filter((file) => file.includes("SiteObject"))).not.toEqual([]);
  for (const file of files) {
    // A file that is only there for a moment, such as a rolled-back journal.
    const content = await readFile(file, "latin1").catch(() => "");
    expect(content.includes(ticket) || content.includes(number), file).toBe(false);
    if (!file.startsWith(state)) continue;
    const info = await stat(file).catch(() => undefined);
    if (info && process.platform !== "win32") expect(info.mode & 0o077, file).toBe(0);
  }
});

it.each(["/cdn-cgi/explorer", "/cdn-cgi/explorer/api/durable_objects/namespaces"])("has no page %s", async (path) => {
  expect((await sendRequest(url, path)).status).toBe(404);
});

/**
 * Deployments over stored data, under load: the last release, this build over it, back to the release, this build again,
 * and the same with a build that stores something in a new form. Connectors are replaced meanwhile. Nobody misses
 * anything, nothing comes twice, and what the site keeps is still there (ADR 40).
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallsAnswer, connectSite, type SiteClient, type SiteStatus } from "@pbxis/shared/client";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { newerBuildText } from "../../worker/src/site/newer-build.ts";
import { startBundledWorker } from "../harness/bundled-worker.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { mintToken, testSecret } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import type { Pace } from "../pbx/traffic.ts";
import { type Build, nextBuild, releaseBuild, thisBuild } from "./builds.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { openViewer, type Viewer } from "./viewer.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const site = "hq";
/** Many agents and short calls, so that some are completed every second. */
const agents = Array.from({ length: 20 }, (_, index) => ({ id: String(1001 + index), name: `Agent ${index + 1}` }));
const queues = ["support", "sales"].map((name, index) => ({
  name,
  exten: String(5001 + index),
  strategy: "rrmemory" as const,
  monitor: "answered" as const,
  members: agents.map(({ id }) => id),
}));
/** No call comes before all viewers are there. */
let isOpen = false;
const pace: Pace = {
  callsPerMinute: () => (isOpen ? 300 : 0),
  openingCalls: 4,
  patience: [3_000, 6_000],
  talk: [300, 1_000],
  hold: [100, 300],
  work: [5_000, 20_000],
  pause: [500, 2_000],
};
/** So many calls must have been completed, and have arrived, between two deployments. */
const between = 4;

let builds: Readonly<Record<"release" | "current" | "next", Build>>;
let folder: string;
let url: URL;
let pbx: SimulatedPbx;
let worker: Awaited<ReturnType<typeof startBundledWorker>> | undefined;
const connectors: ConnectorProcess[] = [];
const completed: string[] = [];
let viewers: readonly Viewer[] = [];
let receiver: Receiver;

beforeAll(async () => {
  const current = await thisBuild();
  builds = { release: await releaseBuild(), current, next: await nextBuild(current) };
  receiver = await openReceiver();
  folder = await mkdtemp(join(tmpdir(), "pbxis-upgrade-"));
  url = new URL(`http://127.0.0.1:${await freePort()}/`);
  pbx = await startPbx({ pace, agents, queues, onCompleted: ({ uniqueId }) => completed.push(uniqueId) });
});

afterAll(async () => {
  for (const viewer of viewers) viewer.close();
  for (const connector of connectors) await connector.kill();
  await worker?.stop();
  await pbx?.stop();
  receiver?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function deploy(build: Build): Promise<void> {
  await worker?.stop();
  worker = await startBundledWorker({
    contents: build.worker,
    objects: build.objects,
    vars: { PBXIS_SECRET: testSecret, PBXIS_WEBHOOK_LOCAL: "1" },
    folder: join(folder, "storage"),
    port: Number(url.port),
  });
}

/** Starts the build's connector. It takes over from the one before, which is then stopped. */
async function replaceConnector(build: Build, name: string): Promise<void> {
  const program = join(folder, `${name}.mjs`);
  await writeFile(program, build.connector);
  const before = connectors.at(-1);
  const since = before ? (await status()).connector.since : null;
  const env = { PBXIS_SPOOL: join(folder, `${name}.spool`) };
  const connector = await startConnector({ edgeUrl: url, ami: pbx, program, env });
  connectors.push(connector);
  const evidence = connector.output;
  await until("the connector to serve", async () => (await status()).connector.since !== since, { evidence });
  await until("its snapshot", async () => (await status()).link === "up", { evidence });
  await before?.kill("SIGTERM");
}

const as = async (claims: Parameters<typeof mintToken>[0] = {}) => ({
  authorization: `Bearer ${await mintToken(claims)}`,
});

/** As an admin of the site. */
async function post(path: string, body: object): Promise<Response> {
  const headers = { ...(await as({ role: "admin" })), "content-type": "application/json" };
  return fetch(new URL(`/v1/sites/${site}/${path}`, url), { method: "POST", headers, body: JSON.stringify(body) });
}

/** Whether the worker refuses to serve the site. */
async function isRefused(): Promise<boolean> {
  const response = await fetch(new URL(`/v1/sites/${site}`, url), { headers: await as() });
  if (response.status === 200) return false;
  expect([response.status, await response.text()]).toEqual([503, expect.stringContaining(newerBuildText)]);
  return true;
}

async function status(): Promise<SiteStatus> {
  const response = await fetch(new URL(`/v1/sites/${site}`, url), { headers: await as() });
  expect(response.status).toBe(200);
  return response.json();
}

/** Waits until calls have been completed since now, and until every viewer has all that were completed. */
async function work(what: string): Promise<void> {
  const before = completed.length;
  await until(`calls ${what}`, () => completed.length >= before + between);
  const expected = [...completed];
  const missing = () => viewers.map((viewer) => expected.filter((id) => !viewer.completed.has(id)));
  const evidence = () => [missing(), connectors.map(({ output }) => output().slice(-2_000))];
  await until(`viewers ${what}`, () => missing().every(({ length }) => length === 0), { timeoutMs: 60_000, evidence });
}

/** Calls go on while the site is refused. */
async function refusedWork(): Promise<void> {
  const before = completed.length;
  await until("calls while the site is refused", () => completed.length >= before + between);
}

/** How many calls the site lists (AP13), by outcome. */
async function listed(client: SiteClient): Promise<string> {
  const counts = new Map<string, number>();
  let after: string | null = "";
  while (after !== null) {
    const page: CallsAnswer = await client.calls({ limit: 500, ...(after && { after }) });
    for (const { outcome } of page.calls) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    after = page.next;
  }
  return JSON.stringify([...counts].sort());
}

it("nothing is lost or doubled over updates and roll-backs of worker and connector", async () => {
  await deploy(builds.release);
  await replaceConnector(builds.release, "release");
  const token = await mintToken({ callers: true });
  viewers = (["websocket", "sse"] as const).map((transport) => openViewer(url, site, token, transport));
  await until("viewers to be live", () => viewers.every((viewer) => viewer.isLive()));
  isOpen = true;
  await work("at the release");

  // What the site must still know afterwards: a revoked token, and a command that is under way.
  const revoked = await mintToken({ jti: "stolen" });
  expect((await post("revocations", { jti: "stolen" })).status).toBe(200);
  const answers = pbx.holdAnswers("QueuePause");
  const client = connectSite({ url: url.href, site, token });
  const command = { type: "queuePause", agent: "1005", queue: "sales", paused: true, deadlineSeconds: 60 } as const;
  const underWay = client.command(command, { idempotencyKey: "pause-once" });
  await until("the command at the PBX", () => answers.held() > 0);

  await deploy(builds.current);
  answers.release();
  const outcome = await underWay;
  expect(outcome).toMatchObject({ status: "done" });
  expect(await client.command(command, { idempotencyKey: "pause-once" })).toEqual(outcome);
  expect(pbx.actions("QueuePause")).toHaveLength(1);
  await work("after the update, with the release's connector");
  await replaceConnector(builds.current, "current");
  await work("with this connector");
  const created = await post("webhooks", { url: receiver.url, types: ["agentComplete"] });
  expect(created.status).toBe(201);
  const beforeWebhook = completed.length;
  await deploy(builds.release);
  await ((await isRefused()) ? refusedWork() : work("after the roll-back, with this connector"));
  await deploy(builds.current);
  await work("after the second update");

  await deploy(builds.next);
  await work("at the next build");
  await deploy(builds.current);
  expect(await isRefused()).toBe(true);
  await refusedWork();
  await deploy(builds.next);
  await work("after the refused roll-back");

  pbx.freeze();
  await until("every call at every viewer", () =>
    viewers.every((viewer) => viewer.completed.size === completed.length),
  );
  const sent = completed.slice(beforeWebhook);
  const unsent = () => sent.filter((id) => !receiver.completed.has(id));
  await until("every call at the receiver", () => unsent().length === 0, { timeoutMs: 90_000, evidence: unsent });
  for (const ids of receiver.completed.values()) expect(ids.size).toBe(1);
  // How a wait ended is published a moment after it.
  const ended = () => viewers.map((viewer) => JSON.stringify([...viewer.ended].sort()));
  await until("the ends of waits at every viewer", () => new Set(ended()).size === 1, { evidence: ended });
  let calls = "";
  const isListed = async () => {
    calls = await listed(client);
    return calls === ended()[0];
  };
  await until("the same in the list of calls", isListed, { evidence: () => [calls, ended()] });
  const once = new Map(completed.map((id) => [id, 1]));
  for (const viewer of viewers) {
    expect(viewer.completed).toEqual(once);
    expect(viewer.gaps()).toBe(0);
    expect(viewer.states()).toEqual(viewers[0]?.states());
  }
  const reused = await fetch(new URL(`/v1/sites/${site}`, url), { headers: { authorization: `Bearer ${revoked}` } });
  expect(reused.status).toBe(401);
});

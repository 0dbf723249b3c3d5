/**
 * Deployments over stored data, under load: the last release, this build over it, back to the release, this build again,
 * and the same with a build that stores something in a new form. Connectors are replaced meanwhile, and each build's
 * connector serves the other's worker. Clients, pages of pbxis-ws and a webhook stay over all of it: nobody misses
 * anything, nothing comes twice, and what the site keeps is still there (ADR 40).
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateKey } from "@pbxis/shared";
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
import { openPage, type Page, type PageTransport } from "./page.ts";
import { openReceiver, type Receiver } from "./receiver.ts";
import { openSitesViewer, openViewer, type Viewer } from "./viewer.ts";

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const site = "hq";
/** Many agents and short calls, so that some are completed every second. */
const agents = Array.from({ length: 20 }, (_, index) => ({ id: String(1001 + index), name: `Agent ${index + 1}` }));
const queueOf = (name: string, exten: string, members: readonly string[]) =>
  ({ name, exten, strategy: "rrmemory", monitor: "answered", members }) as const;
const busyQueues = ["support", "sales"];
/** Of whom and which the traffic knows nothing: their calls come when the test says so. */
const desk = { agent: "2001", queue: "desk" };
const queues = [
  ...busyQueues.map((name, index) =>
    queueOf(
      name,
      String(5001 + index),
      agents.map(({ id }) => id),
    ),
  ),
  queueOf(desk.queue, "5010", [desk.agent]),
];
/** No call comes before all viewers are there. */
let isOpen = false;
const pace: Pace = {
  queues: busyQueues,
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
/** Those of the desk. */
const completedAtDesk: string[] = [];
let viewers: readonly Viewer[] = [];
let pages: readonly Page[] = [];
let pagesOfDesk: readonly Page[] = [];
let receiver: Receiver;

beforeAll(async () => {
  const current = await thisBuild();
  builds = { release: await releaseBuild(), current, next: await nextBuild(current) };
  receiver = await openReceiver();
  folder = await mkdtemp(join(tmpdir(), "pbxis-upgrade-"));
  url = new URL(`http://127.0.0.1:${await freePort()}/`);
  pbx = await startPbx({
    pace,
    agents: [...agents, { id: desk.agent, name: "Desk" }],
    queues,
    onCompleted: ({ uniqueId }) => completed.push(uniqueId),
  });
});

afterAll(async () => {
  for (const client of [...viewers, ...pages, ...pagesOfDesk]) client.close();
  for (const connector of connectors) await connector.kill();
  await worker?.stop();
  await pbx?.stop();
  receiver?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Starts the build's worker on what is stored. A call at the desk is completed while no worker runs. */
async function deploy(build: Build, whileNoWorkerRuns: () => void = () => {}): Promise<void> {
  if (worker) {
    await worker.stop();
    callDesk();
    whileNoWorkerRuns();
  }
  worker = await startBundledWorker({
    contents: build.worker,
    objects: build.objects,
    vars: {
      PBXIS_SECRET: testSecret,
      PBXIS_WEBHOOK_LOCAL: "1",
      PBXIS_COMPAT_SITE: site,
      PBXIS_COMPAT_TOKEN: "required",
    },
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

async function post(path: string, body: object, role: "admin" | "client" = "admin"): Promise<Response> {
  const headers = { ...(await as({ role })), "content-type": "application/json" };
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

/** A call that begins and is completed at once. Whatever else the traffic does with the agent ends before. */
function callDesk(): void {
  pbx.unpause(desk.agent);
  pbx.decline(desk.agent);
  pbx.hangup(desk.agent);
  const call = pbx.call({ queue: desk.queue, number: "+14155550177" });
  expect([pbx.answer(desk.agent), pbx.hangup(desk.agent)]).toEqual([true, true]);
  if (call) completedAtDesk.push(call);
}

/** The completed calls that a client does not have. */
const missing = (calls: readonly string[]) => [
  ...viewers.map((viewer) => calls.slice(viewer.from).filter((id) => !viewer.completed.has(id))),
  ...pages.map((page) => calls.filter((id) => !page.completed.has(id))),
  ...pagesOfDesk.map((page) => completedAtDesk.filter((id) => !page.completed.has(id))),
];

/** Waits until calls have been completed since now, and until every client has all that were completed. */
async function work(what: string): Promise<void> {
  const before = completed.length;
  callDesk();
  await until(`calls ${what}`, () => completed.length >= before + between);
  const expected = [...completed];
  const evidence = () => [missing(expected), pagesAndStreams(), connectors.map(({ output }) => output().slice(-2_000))];
  const haveAll = () => missing(expected).every(({ length }) => length === 0);
  await until(`clients ${what}`, haveAll, { timeoutMs: 60_000, evidence });
}

const pagesAndStreams = () => [...pages, ...pagesOfDesk].map((page) => [page.streams(), page.isOver()]);

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

/** A ticket of pbxis-ws. */
async function ticketFor(names: Readonly<{ agents: string; queues: string }>): Promise<string> {
  const headers = { ...(await as()), "content-type": "application/json" };
  const response = await fetch(new URL("/ticket", url), { method: "POST", headers, body: JSON.stringify(names) });
  expect(response.status).toBe(200);
  return response.json();
}

/** Everything by the transport that can say where it was; what is not certain to arrive once by the other two. */
async function openPages(): Promise<void> {
  const everything = { agents: "*", queues: "*" };
  const ofDesk = { agents: desk.agent, queues: desk.queue };
  const open = async (transport: PageTransport, names: typeof ofDesk) =>
    openPage(url, await ticketFor(names), transport);
  pages = [await open("sse", everything)];
  pagesOfDesk = [await open("sse", ofDesk), await open("websocket", ofDesk), await open("long-poll", ofDesk)];
  const all = [...pages, ...pagesOfDesk];
  await until("pages to be live", () => all.every((page) => page.streams() > 0), { evidence: pagesAndStreams });
}

/** Tickets of which one is used before the deployment that follows. Returns the checks that come after it. */
async function takeTickets(): Promise<() => Promise<void>> {
  const mint = async (): Promise<string> => (await (await post("tickets", {}, "client")).json()).ticket;
  const use = async (ticket: string) => {
    const response = await fetch(new URL(`/v1/sites/${site}/events?agents=*&wait=0&ticket=${ticket}`, url));
    await response.body?.cancel();
    return response.status;
  };
  const [used, unused] = [await mint(), await mint()];
  expect(await use(used)).toBe(200);
  const begun = performance.now();
  const ofPage = await ticketFor({ agents: desk.agent, queues: desk.queue });
  return async () => {
    const page = openPage(url, ofPage, "sse");
    await until("the page", () => page.streams() > 0 || page.isOver());
    const usedAfterMs = performance.now() - begun;
    page.close();
    // On a slow machine the deployment may take longer than the ticket is valid (PX2).
    if (page.isOver()) expect(usedAfterMs).toBeGreaterThan(15_000);
    expect([await use(used), await use(unused), await use(unused)]).toEqual([401, 200, 401]);
  };
}

/** A command that the PBX has and does not answer before `answer`. `check`: it had one outcome, and was sent once. */
async function beginCommand(client: SiteClient, queue: string) {
  const answers = pbx.holdAnswers("QueuePause");
  const before = pbx.actions("QueuePause").length;
  const command = { type: "queuePause", agent: "1005", queue, paused: true, deadlineSeconds: 60 } as const;
  const send = () => client.command(command, { idempotencyKey: `pause ${queue}` });
  const underWay = send();
  await until("the command at the PBX", () => answers.held() > 0);
  const check = async (): Promise<void> => {
    const first = await underWay;
    const outcome = await send();
    // On a slow machine the worker may stop later than the connector waits for an answer of Asterisk.
    const givenUp = new RegExp(`"queue":"${queue}".*queuePause: unknown`);
    if (!connectors.some(({ output }) => givenUp.test(output()))) expect(outcome).toMatchObject({ status: "done" });
    // There the client's attempts may be used up before the next worker runs. Then only the site knows.
    if (first.status !== "unknown") expect(outcome).toEqual(first);
    expect(pbx.actions("QueuePause")).toHaveLength(before + 1);
  };
  return { answer: () => answers.release(), check };
}

/** The endings of waits in all queues, by the site's figures (AP12). */
async function counted(client: SiteClient, from: number): Promise<string> {
  const { rows } = await client.statistics({ from, to: Date.now(), interval: "day", queues: "*" });
  const sums = new Map<string, number>();
  for (const row of rows) {
    for (const outcome of ["answered", "abandoned", "exited", "picked", "moved", "hungUp", "unknown"] as const) {
      const count = "offered" in row ? row[outcome] : 0;
      if (count > 0) sums.set(outcome, (sums.get(outcome) ?? 0) + count);
    }
  }
  return JSON.stringify([...sums].sort());
}

it("nothing is lost or doubled over updates and roll-backs of worker and connector", async () => {
  const began = Date.now();
  await deploy(builds.release);
  await replaceConnector(builds.release, "release");
  const token = await mintToken({ callers: true });
  viewers = (["websocket", "sse"] as const).map((transport) => openViewer(url, site, token, transport));
  await until("viewers to be live", () => viewers.every((viewer) => viewer.isLive()));
  await openPages();
  isOpen = true;
  const client = connectSite({ url: url.href, site, token });
  const revoked = await mintToken({ jti: "stolen" });
  expect((await post("revocations", { jti: "stolen" })).status).toBe(200);
  await work("at the release");
  await replaceConnector(builds.current, "early");
  await work("at the release, with this connector");
  await replaceConnector(builds.release, "release again");
  await work("at the release, with its connector again");

  const checkTickets = await takeTickets();
  const one = await beginCommand(client, "sales");
  await deploy(builds.current, one.answer);
  await checkTickets();
  await one.check();
  await work("after the update, with the release's connector");
  await replaceConnector(builds.current, "current");
  const created = await post("webhooks", { url: receiver.url, types: ["agentComplete"] });
  expect(created.status).toBe(201);
  const beforeWebhook = completed.length;
  await work("with this connector");
  await deploy(builds.release);
  await ((await isRefused()) ? refusedWork() : work("after the roll-back, with this connector"));
  await deploy(builds.current);
  const ofSites = await openSitesViewer(url, site);
  await until("the viewer of several sites to be live", ofSites.isLive);
  viewers = [...viewers, { ...ofSites, from: completed.length }];
  await work("after the second update");

  const another = await beginCommand(client, "support");
  await deploy(builds.next, another.answer);
  await another.check();
  await work("at the next build");
  await deploy(builds.current);
  expect(await isRefused()).toBe(true);
  await refusedWork();
  await deploy(builds.next);
  await work("after the refused roll-back");

  pbx.freeze();
  await checkAll(client, began, beforeWebhook);
  const reused = await fetch(new URL(`/v1/sites/${site}`, url), { headers: { authorization: `Bearer ${revoked}` } });
  expect(reused.status).toBe(401);
});

/** Without the order in which they came, and the times: who comes later gets those of the connector that was asked last. */
const statesOf = (viewer: Viewer) =>
  new Map(
    viewer.states().map((state) => [stateKey(state), { ...state, at: null, ...("since" in state && { since: null }) }]),
  );

/** What every client, the webhook's receiver and the site itself have in the end. */
async function checkAll(client: SiteClient, began: number, beforeWebhook: number): Promise<void> {
  const haveAll = () => missing(completed).every(({ length }) => length === 0);
  await until("every call at every client", haveAll, { evidence: () => missing(completed) });
  const sent = completed.slice(beforeWebhook);
  const unsent = () => sent.filter((id) => !receiver.completed.has(id));
  await until("every call at the receiver", () => unsent().length === 0, { timeoutMs: 90_000, evidence: unsent });
  for (const ids of receiver.completed.values()) expect(ids.size).toBe(1);
  const [first, second] = viewers;
  // How a wait ended is published a moment after it.
  const ended = () => [first, second].map((viewer) => JSON.stringify([...(viewer?.ended ?? [])].sort()));
  await until("the ends of waits at every viewer", () => new Set(ended()).size === 1, { evidence: ended });
  let calls: readonly string[] = [];
  const areListed = async () => {
    calls = [await listed(client), await counted(client, began)];
    return calls.every((text) => text === ended()[0]);
  };
  await until("the same in the list of calls and in the figures", areListed, { evidence: () => [calls, ended()] });
  const once = (ids: Iterable<string>) => new Map([...ids].map((id) => [id, 1]));
  for (const { completed: received } of [...viewers, ...pages]) expect(received).toEqual(once(received.keys()));
  for (const page of pagesOfDesk) expect(page.completed).toEqual(once(completedAtDesk));
  for (const viewer of viewers) {
    expect(viewer.gaps()).toBe(0);
    expect(statesOf(viewer)).toEqual(first && statesOf(first));
  }
}

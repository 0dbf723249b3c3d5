/**
 * Runs the demo: starts the worker, a PBX and the connector, shows what a remote client receives, and stops everything.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { freePort } from "../harness/port.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import { type Child, startChild } from "./child.ts";
import { demoAgents, demoPace, demoQueues, wrapUpSeconds } from "./past/office.ts";
import { makePastDay, type PastDay } from "./past/past-day.ts";
import { sendPastDay } from "./past/send-past.ts";
import { createRenderer, formatLine } from "./render.ts";
import { firstScreen } from "./screen.ts";
import { type Watcher, watch } from "./watcher.ts";

/** The sites' names. */
const siteNames = ["demo", "north", "south", "east", "west"] as const;
export const maxSites = siteNames.length;
const dayMs = 86_400_000;
const startDeadlineMs = 60_000;
const upDeadlineMs = 5000;
const pollIntervalMs = 100;

type Environment = Readonly<Record<string, string | undefined>>;
export type DemoOptions = Readonly<{ seconds: number | null; port: number; sites: number; env: Environment }>;

/** How the demo ended. `failure` is printed. */
type End = Readonly<{ code: number; failure: string | null }>;

const print = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Returns the exit code: 0 after Ctrl-C or after `seconds` with live events, 1 if a process ended or no events arrived.
 */
export async function runDemo({ seconds, port, sites: count, env }: DemoOptions): Promise<number> {
  const sites = siteNames.slice(0, count);
  const children: Child[] = [];
  // A new state folder, so that the worker does not show the states of an earlier run.
  const state = await mkdtemp(join(tmpdir(), "pbxis-demo-"));
  const opened: { watcher?: Watcher; pbxs: SimulatedPbx[] } = { pbxs: [] };
  const interrupted = untilSignal();
  const run = async (): Promise<End> => {
    const secret = env.PBXIS_SECRET || randomBytes(32).toString("base64url");
    print("\npbxis-edge demo: starting the worker (a few seconds)…");
    // The days are made while the worker starts.
    const days = env.AMI_HOST ? [] : sites.map(() => makePastDay(Date.now() - dayMs, Date.now(), randomSeed()));
    const edge = await startWorker(children, secret, { seconds, port: port || (await freePort()), state, env });
    if (typeof edge === "string") return { code: 1, failure: edge };
    const connectorToken = await mintToken(secret, "connector", sites);
    for (const [index, site] of sites.entries()) {
      const day = await days[index];
      if (day) await sendPastDay(new URL(`ws://${edge.host}/v1/sites/${site}/connector`), connectorToken, day);
      const simulated = day ? await startSimulated(day) : null;
      if (simulated) opened.pbxs.push(simulated);
      children.push(startConnector(site, connectorToken, edge, simulated, env));
    }
    const token = await mintToken(secret, "client", sites);
    const ports = opened.pbxs.map(({ port: amiPort }) => `127.0.0.1:${amiPort}`).join(", ");
    const pbxText = ports === "" ? `yours, AMI at ${env.AMI_HOST}` : `simulated, AMI at ${ports}`;
    const tokenFile = join(state, "token");
    await writeFile(tokenFile, token, { mode: 0o600 });
    print(firstScreen({ sites, edge, token, tokenFile, pbx: pbxText, hasColour: hasColour(env) }));
    await untilUp(sites, edge, token, children);
    const received = { events: 0 };
    const watcher = showEvents(sites, edge, token, env, received);
    opened.watcher = watcher;
    const lost = watcher.lost.then(() => `the worker no longer answers${lastOutput(children[0])}`);
    const timeUp = seconds === null ? [] : [wait(seconds * 1000)];
    const failure = await Promise.race([unexpectedEnd(children), lost, ...timeUp]);
    if (failure !== null) return { code: 1, failure };
    if (received.events === 0) return { code: 1, failure: `no live events arrived in ${seconds} s` };
    print(`\n  ${received.events} live events arrived.`);
    return { code: 0, failure: null };
  };
  const end = await Promise.race([run(), interrupted.then((): End => ({ code: 0, failure: null }))]);
  // In reverse order, so that no process complains that the next one is gone.
  opened.watcher?.close();
  for (const child of [...children].reverse()) await child.stop();
  for (const pbx of opened.pbxs) await pbx.stop();
  await rm(state, { recursive: true, force: true });
  if (end.failure !== null) process.stderr.write(`\ndemo: ${end.failure}\n`);
  return end.code;
}

function hasColour(env: Environment): boolean {
  return process.stdout.isTTY === true && !env.NO_COLOR;
}

function randomSeed(): number {
  return randomBytes(4).readUInt32LE();
}

/** The PBX of the past day goes on from where it is. */
async function startSimulated({ pbx }: PastDay): Promise<SimulatedPbx> {
  // The rights that `--print-manager-conf` grants.
  const write = ["reporting", "call", "agent", "originate"];
  // There is always somebody who waits, for whom a supervisor can do something.
  const pace = { ...demoPace, overloaded: { queue: "support", waiting: 4 } };
  return await startPbx({ seed: randomSeed(), queues: demoQueues, agents: demoAgents, pace, pbx, write });
}

/** The worker's address, or the reason why it did not start. */
async function startWorker(
  children: Child[],
  secret: string,
  { port, state, env }: Omit<DemoOptions, "sites"> & Readonly<{ state: string }>,
): Promise<URL | string> {
  const worker = startChild({
    name: "worker",
    args: ["worker/bin/dev.ts", "--port", String(port), "--state", state],
    // Nobody else reaches this worker, and a receiver to try webhooks with is on this machine.
    env: { ...inherited(env), PBXIS_SECRET: secret, PBXIS_WEBHOOK_LOCAL: "1" },
    warn: (line) => process.stderr.write(`${line}\n`),
    isWarning: (line) => /\b(?:error|warning)\b/i.test(line),
  });
  children.push(worker);
  const started = worker.waitForLine(/listening on (http:\S+)/).then((match) => new URL(match[1] ?? ""));
  const late = wait(startDeadlineMs).then(() => `the worker did not start in ${startDeadlineMs / 1000} s`);
  return (await Promise.race([started, unexpectedEnd(children), late])) ?? "the worker ended";
}

function startConnector(
  site: string,
  token: string,
  edge: URL,
  simulated: SimulatedPbx | null,
  env: Environment,
): Child {
  const ami: Record<string, string> = simulated
    ? {
        AMI_HOST: "127.0.0.1",
        AMI_PORT: String(simulated.port),
        AMI_USERNAME: simulated.username,
        AMI_SECRET: simulated.secret,
        PBXIS_DIAL_PATTERN: "\\+?[0-9]{2,15}",
        PBXIS_WRAPUP_SECONDS: `*=${wrapUpSeconds}`,
        PBXIS_ATTENDED_TRANSFER: "on",
      }
    : namesWith(
        env,
        /^(?:AMI_|PBXIS_(?:AGENT_PATTERN|INTERFACE_PREFIX|MEMBER_INTERFACE|MEMBER_STATE_INTERFACE|ORIGINATE_CONTEXT|REDIRECT_CONTEXT|DIAL_PATTERN|VARIABLES)$)/,
      );
  return startChild({
    name: "connector",
    args: ["connector/src/main.ts"],
    env: {
      ...inherited(env),
      ...ami,
      PBXIS_SITE: site,
      PBXIS_EDGE_URL: edge.href,
      PBXIS_TOKEN: token,
      PBXIS_LOG_LEVEL: "warn",
    },
    warn: (line) => process.stderr.write(`${readable(line)}\n`),
    isWarning: () => true,
  });
}

/** The message of a JSON log line: the connector logs JSON unless it writes to a terminal. */
function readable(line: string): string {
  const json = line.slice(line.indexOf("{"));
  try {
    const { msg } = JSON.parse(json) as { msg?: unknown };
    return typeof msg === "string" ? line.replace(json, msg) : line;
  } catch {
    return line;
  }
}

/** The variables that any process needs. The children get no others of this environment. */
function inherited(env: Environment): Record<string, string> {
  return namesWith(env, /^(?:PATH|HOME|USERPROFILE|SystemRoot|TMPDIR|TEMP|LANG|TZ|NODE_EXTRA_CA_CERTS)$/);
}

function namesWith(env: Environment, pattern: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value && pattern.test(name) ? [[name, value]] : [])),
  );
}

async function mintToken(secret: string, role: "connector" | "client", sites: readonly string[]): Promise<string> {
  const site = sites.length === 1 ? sites[0] : sites;
  return await new SignJWT({ site, role, agents: ["*"], queues: ["*"], commands: ["*"], callers: true })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1d")
    .sign(new TextEncoder().encode(secret));
}

/**
 * Waits until all links are up, so that the first output is a snapshot; at most five seconds, because a PBX may be
 * unreachable.
 */
async function untilUp(sites: readonly string[], edge: URL, token: string, children: readonly Child[]): Promise<void> {
  const deadline = Date.now() + upDeadlineMs;
  let isOver = false;
  void unexpectedEnd(children).then(() => {
    isOver = true;
  });
  const isUp = async (site: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(`v1/sites/${site}`, edge), { headers }).catch(() => undefined);
    return response?.ok === true && (await response.text()).includes('"link":"up"');
  };
  while (!isOver && Date.now() < deadline) {
    if ((await Promise.all(sites.map(isUp))).every(Boolean)) return;
    await wait(pollIntervalMs);
  }
}

/** Prints what a remote client receives of all sites (AP15), and counts the live events in `received`. */
function showEvents(
  sites: readonly string[],
  edge: URL,
  token: string,
  env: Environment,
  received: { events: number },
): Watcher {
  const renderers = new Map(sites.map((site) => [site, createRenderer()]));
  const url = new URL("v1/events", edge);
  url.protocol = "ws:";
  const names = { sites: sites.join(","), agents: "*", queues: "*" };
  url.search = new URLSearchParams({ ...names, access_token: token }).toString();
  return watch(url, (frame) => {
    if (frame.type === "events") received.events += frame.events.length;
    const label = sites.length > 1 ? frame.site : null;
    for (const line of renderers.get(frame.site)?.render(frame, Date.now()) ?? [])
      print(formatLine(line, hasColour(env), label));
  });
}

/** Resolves when a child ends by itself, with its name, the way it ended and its last output. */
async function unexpectedEnd(children: readonly Child[]): Promise<string> {
  return await Promise.race(
    children.map(async (child) => {
      const how = await child.ended;
      return `the ${child.name} ${how}${lastOutput(child)}`;
    }),
  );
}

function lastOutput(child: Child | undefined): string {
  const lines = child?.lastLines().map((line) => `\n    ${readable(line)}`) ?? [];
  return lines.length > 0 ? `; its last lines:${lines.join("")}` : "";
}

function wait(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

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

const site = "demo";
const dayMs = 86_400_000;
const startDeadlineMs = 60_000;
const upDeadlineMs = 5000;
const pollIntervalMs = 100;

type Environment = Readonly<Record<string, string | undefined>>;
export type DemoOptions = Readonly<{ seconds: number | null; port: number; env: Environment }>;

/** How the demo ended. `failure` is printed. */
type End = Readonly<{ code: number; failure: string | null }>;

const print = (text: string) => process.stdout.write(`${text}\n`);

/**
 * Returns the exit code: 0 after Ctrl-C or after `seconds` with live events, 1 if a process ended or no events arrived.
 */
export async function runDemo({ seconds, port, env }: DemoOptions): Promise<number> {
  const children: Child[] = [];
  // A new state folder, so that the worker does not show the states of an earlier run.
  const state = await mkdtemp(join(tmpdir(), "pbxis-demo-"));
  const opened: { watcher?: Watcher; pbx?: SimulatedPbx } = {};
  const interrupted = untilSignal();
  const run = async (): Promise<End> => {
    const secret = randomBytes(32).toString("base64url");
    print("\npbxis-edge demo: starting the worker (a few seconds)…");
    // The day is made while the worker starts.
    const pastDay = env.AMI_HOST ? null : makePastDay(Date.now() - dayMs, Date.now(), randomBytes(4).readUInt32LE());
    const edge = await startWorker(children, secret, { seconds, port: port || (await freePort()), state, env });
    if (typeof edge === "string") return { code: 1, failure: edge };
    const connectorToken = await mintToken(secret, "connector");
    const day = await pastDay;
    if (day) await sendPastDay(new URL(`ws://${edge.host}/v1/sites/${site}/connector`), connectorToken, day);
    const simulated = day && (await startSimulated(day));
    if (simulated) opened.pbx = simulated;
    children.push(startConnector(connectorToken, edge, simulated, env));
    const token = await mintToken(secret, "client");
    const pbxText = simulated ? `simulated, AMI at 127.0.0.1:${simulated.port}` : `yours, AMI at ${env.AMI_HOST}`;
    const tokenFile = join(state, "token");
    await writeFile(tokenFile, token, { mode: 0o600 });
    print(firstScreen({ site, edge, token, tokenFile, pbx: pbxText, hasColour: hasColour(env) }));
    await untilUp(edge, token, children);
    const received = { events: 0 };
    const watcher = showEvents(edge, token, env, received);
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
  await opened.pbx?.stop();
  await rm(state, { recursive: true, force: true });
  if (end.failure !== null) process.stderr.write(`\ndemo: ${end.failure}\n`);
  return end.code;
}

function hasColour(env: Environment): boolean {
  return process.stdout.isTTY === true && !env.NO_COLOR;
}

/** The PBX of the past day goes on from where it is. */
async function startSimulated({ pbx }: PastDay): Promise<SimulatedPbx> {
  // The rights that `--print-manager-conf` grants.
  const write = ["reporting", "call", "agent", "originate"];
  const seed = randomBytes(4).readUInt32LE();
  return await startPbx({ seed, queues: demoQueues, agents: demoAgents, pace: demoPace, pbx, write });
}

/** The worker's address, or the reason why it did not start. */
async function startWorker(
  children: Child[],
  secret: string,
  { port, state, env }: DemoOptions & Readonly<{ state: string }>,
): Promise<URL | string> {
  const worker = startChild({
    name: "worker",
    args: ["worker/bin/dev.ts", "--port", String(port), "--state", state],
    env: { ...inherited(env), PBXIS_SECRET: secret },
    warn: (line) => process.stderr.write(`${line}\n`),
    isWarning: (line) => /\b(?:error|warning)\b/i.test(line),
  });
  children.push(worker);
  const started = worker.waitForLine(/listening on (http:\S+)/).then((match) => new URL(match[1] ?? ""));
  const late = wait(startDeadlineMs).then(() => `the worker did not start in ${startDeadlineMs / 1000} s`);
  return (await Promise.race([started, unexpectedEnd(children), late])) ?? "the worker ended";
}

function startConnector(token: string, edge: URL, simulated: SimulatedPbx | null, env: Environment): Child {
  const ami: Record<string, string> = simulated
    ? {
        AMI_HOST: "127.0.0.1",
        AMI_PORT: String(simulated.port),
        AMI_USERNAME: simulated.username,
        AMI_SECRET: simulated.secret,
        PBXIS_DIAL_PATTERN: "\\+?[0-9]{2,15}",
        PBXIS_WRAPUP_SECONDS: `*=${wrapUpSeconds}`,
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

async function mintToken(secret: string, role: "connector" | "client"): Promise<string> {
  return await new SignJWT({ site, role, agents: ["*"], queues: ["*"], commands: ["*"], callers: true })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1d")
    .sign(new TextEncoder().encode(secret));
}

/**
 * Waits until the link is up, so that the first output is a snapshot; at most five seconds, because a PBX may be
 * unreachable.
 */
async function untilUp(edge: URL, token: string, children: readonly Child[]): Promise<void> {
  const deadline = Date.now() + upDeadlineMs;
  let isOver = false;
  void unexpectedEnd(children).then(() => {
    isOver = true;
  });
  while (!isOver && Date.now() < deadline) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(`v1/sites/${site}`, edge), { headers }).catch(() => undefined);
    if (response?.ok && (await response.text()).includes('"link":"up"')) return;
    await wait(pollIntervalMs);
  }
}

/** Prints what a remote client receives, and counts the live events in `received`. */
function showEvents(edge: URL, token: string, env: Environment, received: { events: number }): Watcher {
  const { render } = createRenderer();
  const url = new URL(`v1/sites/${site}/events`, edge);
  url.protocol = "ws:";
  url.search = new URLSearchParams({ agents: "*", queues: "*", access_token: token }).toString();
  return watch(url, (frame) => {
    if (frame.type === "events") received.events += frame.events.length;
    for (const line of render(frame, Date.now())) print(formatLine(line, hasColour(env)));
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

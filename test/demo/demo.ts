/** The demo's course: start the parts in order, show what a remote client sees, end everything. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { freePort } from "../harness/port.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import { type Part, startPart } from "./part.ts";
import { createRenderer, formatLine } from "./render.ts";
import { firstScreen } from "./screen.ts";
import { type Watcher, watch } from "./watcher.ts";

const site = "demo";
const callsPerMinute = 14;
const startDeadlineMs = 60_000;
const upDeadlineMs = 5000;
const askAgainMs = 100;

type Environment = Readonly<Record<string, string | undefined>>;
export type DemoOptions = Readonly<{ seconds: number | null; port: number; env: Environment }>;

/** What ended the demo; `failure` is what to tell about it. */
type End = Readonly<{ code: number; failure: string | null }>;

const print = (text: string) => process.stdout.write(`${text}\n`);

/** The exit code: 0 after Ctrl-C or `seconds` with live events, 1 if a part died or nothing was seen. */
export async function runDemo({ seconds, port, env }: DemoOptions): Promise<number> {
  const parts: Part[] = [];
  // A worker without a past: nobody else's states are shown before ours are there.
  const state = await mkdtemp(join(tmpdir(), "pbxis-demo-"));
  const opened: { watcher?: Watcher; pbx?: SimulatedPbx } = {};
  const interrupted = untilSignal();
  const run = async (): Promise<End> => {
    const secret = randomBytes(32).toString("base64url");
    print("\npbxis-edge demo: starting the worker, which takes a few seconds …");
    const edge = await startWorker(parts, secret, { seconds, port: port || (await freePort()), state, env });
    if (typeof edge === "string") return { code: 1, failure: edge };
    const simulated = env.AMI_HOST ? null : await startSimulated();
    if (simulated) opened.pbx = simulated;
    parts.push(startConnector(await mintToken(secret, "connector"), edge, simulated, env));
    const token = await mintToken(secret, "client");
    const pbxText = simulated ? `simulated, AMI at 127.0.0.1:${simulated.port}` : `yours, AMI at ${env.AMI_HOST}`;
    print(firstScreen({ site, edge, token, pbx: pbxText, hasColour: hasColour(env) }));
    await untilUp(edge, token, parts);
    const seen = { events: 0 };
    const watcher = showEvents(edge, token, env, seen);
    opened.watcher = watcher;
    const lost = watcher.lost.then(() => `the worker does not answer any more${lastWords(parts[0])}`);
    const ended = await Promise.race([death(parts), lost, ...(seconds === null ? [] : [wait(seconds * 1000)])]);
    if (ended !== null) return { code: 1, failure: ended };
    if (seen.events === 0) return { code: 1, failure: `no live event came through in ${seconds} s` };
    print(`\n  ${seen.events} live events came through.`);
    return { code: 0, failure: null };
  };
  const end = await Promise.race([run(), interrupted.then((): End => ({ code: 0, failure: null }))]);
  // From the far end on, so that no part complains of the next one's absence.
  opened.watcher?.close();
  for (const part of [...parts].reverse()) await part.stop();
  await opened.pbx?.stop();
  await rm(state, { recursive: true, force: true });
  if (end.failure !== null) process.stderr.write(`\ndemo: ${end.failure}\n`);
  return end.code;
}

function hasColour(env: Environment): boolean {
  return process.stdout.isTTY === true && !env.NO_COLOR;
}

async function startSimulated(): Promise<SimulatedPbx> {
  // The rights that `--print-manager-conf` gives, and no more.
  const write = ["reporting", "call", "agent", "originate"];
  return await startPbx({ seed: randomBytes(4).readUInt32LE(), callsPerMinute, write });
}

/** The worker's address, or why there is none. */
async function startWorker(
  parts: Part[],
  secret: string,
  { port, state, env }: DemoOptions & Readonly<{ state: string }>,
): Promise<URL | string> {
  const worker = startPart({
    name: "worker",
    args: ["worker/bin/dev.ts", "--port", String(port), "--state", state],
    env: { ...inherited(env), PBXIS_SECRET: secret },
    warn: (line) => process.stderr.write(`${line}\n`),
    isWarning: (line) => /\b(?:error|warning)\b/i.test(line),
  });
  parts.push(worker);
  const started = worker.saw(/listening on (http:\S+)/).then((match) => new URL(match[1] ?? ""));
  const late = wait(startDeadlineMs).then(() => `the worker did not start in ${startDeadlineMs / 1000} s`);
  return (await Promise.race([started, death(parts), late])) ?? "the worker ended";
}

function startConnector(token: string, edge: URL, simulated: SimulatedPbx | null, env: Environment): Part {
  const ami: Record<string, string> = simulated
    ? {
        AMI_HOST: "127.0.0.1",
        AMI_PORT: String(simulated.port),
        AMI_USERNAME: simulated.username,
        AMI_SECRET: simulated.secret,
      }
    : namesWith(
        env,
        /^(?:AMI_|PBXIS_(?:AGENT_PATTERN|INTERFACE_PREFIX|ORIGINATE_CONTEXT|REDIRECT_CONTEXT|DIAL_PATTERN|VARIABLES)$)/,
      );
  return startPart({
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

/** The connector logs JSON where nobody watches; here somebody does. */
function readable(line: string): string {
  const json = line.slice(line.indexOf("{"));
  try {
    const { msg } = JSON.parse(json) as { msg?: unknown };
    return typeof msg === "string" ? line.replace(json, msg) : line;
  } catch {
    return line;
  }
}

/** What any process needs; nothing else of our environment reaches the parts. */
function inherited(env: Environment): Record<string, string> {
  return namesWith(env, /^(?:PATH|HOME|USERPROFILE|SystemRoot|TMPDIR|TEMP|LANG|TZ|NODE_EXTRA_CA_CERTS)$/);
}

function namesWith(env: Environment, pattern: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value && pattern.test(name) ? [[name, value]] : [])),
  );
}

async function mintToken(secret: string, role: "connector" | "client"): Promise<string> {
  return await new SignJWT({ site, role, agents: ["*"], queues: ["*"], commands: ["*"] })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1d")
    .sign(new TextEncoder().encode(secret));
}

/** Waits until the whole chain stands, that the first thing a person sees is a state; not for long, for a PBX may be away. */
async function untilUp(edge: URL, token: string, parts: readonly Part[]): Promise<void> {
  const deadline = Date.now() + upDeadlineMs;
  let isOver = false;
  void death(parts).then(() => {
    isOver = true;
  });
  while (!isOver && Date.now() < deadline) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(new URL(`v1/sites/${site}`, edge), { headers }).catch(() => undefined);
    if (response?.ok && (await response.text()).includes('"link":"up"')) return;
    await wait(askAgainMs);
  }
}

/** Shows what a remote client is told, and counts the live events in `seen`. */
function showEvents(edge: URL, token: string, env: Environment, seen: { events: number }): Watcher {
  const { render } = createRenderer();
  const url = new URL(`v1/sites/${site}/events`, edge);
  url.protocol = "ws:";
  url.search = new URLSearchParams({ agents: "*", queues: "*", access_token: token }).toString();
  return watch(url, (frame) => {
    if (frame.type === "events") seen.events += frame.events.length;
    for (const line of render(frame, Date.now())) print(formatLine(line, hasColour(env)));
  });
}

/** Resolves when a part ends by itself: which, how, and its last words. */
async function death(parts: readonly Part[]): Promise<string> {
  return await Promise.race(
    parts.map(async (part) => {
      const how = await part.gone;
      return `the ${part.name} ${how}${lastWords(part)}`;
    }),
  );
}

function lastWords(part: Part | undefined): string {
  const words = part?.lastLines().map((line) => `\n    ${readable(line)}`) ?? [];
  return words.length > 0 ? `; its last lines:${words.join("")}` : "";
}

function wait(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms));
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

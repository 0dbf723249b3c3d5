/**
 * One complete chain under test for one Asterisk and one AMI account: a real connector process, its site in the real
 * worker, and a client that subscribes to everything at that site.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type SiteEvent, SnapshotFrame } from "@pbxis/shared";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { inherited } from "../harness/inherited.ts";
import { mintToken } from "../harness/token.ts";
import { startPatienceMs, until } from "../harness/wait.ts";
import { type AccountName, accounts } from "./config.ts";
import { type Lab, tlsName } from "./lab.ts";

export type Observer = Readonly<{
  account: AccountName;
  client: Client;
  /** The network between the connector and Asterisk's AMI. */
  link: FaultProxy;
  /** The snapshot that a new client gets (AP3), with these further parameters. */
  state(parameters?: string): Promise<{ link: string; events: readonly SiteEvent[] }>;
  /** Sends a command as a client of this site (AP5). */
  command(body: Readonly<Record<string, unknown>>, key?: string): Promise<Answer>;
  /** The site's status (AP4), as an operator gets it. */
  siteStatus(): Promise<unknown>;
  /** Lets the connector compare its model with Asterisk (AP11), and returns the outcome. */
  audit(): Promise<Answer>;
  /** The last lines of the connector's output. */
  log(): string;
  /** By SIGKILL. */
  killConnector(): Promise<void>;
  /** Starts another, with these further settings. */
  startConnector(more?: Readonly<Record<string, string>>): void;
  stop(): Promise<void>;
}>;

/** The HTTP answer to a command. */
export type Answer = Readonly<{ status: number; body: Readonly<Record<string, unknown>> }>;

const main = join(import.meta.dirname, "../../connector/src/main.ts");
const maxLogLines = 60;
const running = new Set<Observer>();

/** Stops all chains of this process. */
export async function stopAllObservers(): Promise<void> {
  await Promise.all([...running].map((observer) => observer.stop()));
}

/** Starts a chain. Resolves once the client has a snapshot with the link up. The account `mask` connects by TLS. */
export async function observe(edge: URL, site: string, lab: Lab, account: AccountName): Promise<Observer> {
  const tls = account === "mask";
  const link = await startFaultProxy(tls ? 5039 : 5038, lab.place.address);
  const { username, secret } = accounts[account];
  const settings = {
    PBXIS_SITE: site,
    PBXIS_EDGE_URL: edge.href,
    PBXIS_TOKEN: await mintToken({ site, role: "connector" }),
    ...lab.place.installation.settings,
    AMI_HOST: "127.0.0.1",
    AMI_PORT: String(link.port),
    PBXIS_ATTENDED_TRANSFER: "on",
    AMI_USERNAME: username,
    AMI_SECRET: secret,
    ...(tls ? { AMI_TLS: "true", AMI_TLS_CA: lab.certificate, AMI_TLS_SERVERNAME: tlsName } : {}),
  };
  const lines: string[] = [];
  let connector = startConnector(settings, lines);
  const token = await mintToken({ site });
  /** May also see who waits (EV20). */
  const seeing = await mintToken({ site, callers: true });
  const operator = await mintToken({ site, role: "operator" });
  const post = async (path: string, bearer: string, body: unknown, key?: string): Promise<Answer> => {
    const response = await fetch(new URL(`v1/sites/${site}/${path}`, edge), {
      method: "POST",
      headers: {
        authorization: `Bearer ${bearer}`,
        "content-type": "application/json",
        ...(key && { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const client = openWebSocket({ url: edge, token, site, agents: ["*"], queues: ["*"] });
  const observer: Observer = {
    account,
    client,
    link,
    state: async (parameters = "") => {
      const url = new URL(`v1/sites/${site}/state?agents=*&queues=*&${parameters}`, edge);
      const response = await fetch(url, { headers: { authorization: `Bearer ${seeing}` } });
      if (!response.ok) throw new Error(`GET ${url.pathname}: ${response.status} ${await response.text()}`);
      return SnapshotFrame.parse({ type: "snapshot", ...JSON.parse(await response.text()) });
    },
    command: (body, key) => post("commands", token, body, key),
    siteStatus: async () => {
      const headers = { authorization: `Bearer ${operator}` };
      return await (await fetch(new URL(`v1/sites/${site}`, edge), { headers })).json();
    },
    audit: () => post("audit", operator, {}),
    log: () => lines.join("\n"),
    killConnector: () => endProcess(connector, "SIGKILL"),
    startConnector: (more = {}) => {
      connector = startConnector({ ...settings, ...more }, lines);
    },
    stop: async () => {
      client.close();
      await endProcess(connector);
      await link.stop();
      running.delete(observer);
    },
  };
  running.add(observer);
  try {
    const isUp = () => client.record.link === "up";
    await until(`the link of ${site} to be up`, isUp, { timeoutMs: startPatienceMs });
  } catch (error) {
    await observer.stop();
    throw new Error(
      `${String(error)}; the stream: ${JSON.stringify(client.ended())}; the connector:\n${observer.log()}`,
    );
  }
  return observer;
}

/** Starts a connector that appends its output to `lines`. */
function startConnector(settings: Readonly<Record<string, string>>, lines: string[]): ChildProcess {
  const env = { ...inherited, ...settings };
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.trimEnd().split("\n"));
      lines.splice(0, lines.length - maxLogLines);
    });
  child.on("exit", (code, signal) => lines.push(`(the connector ended: ${code ?? signal})`));
  return child;
}

async function endProcess(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(timer);
}

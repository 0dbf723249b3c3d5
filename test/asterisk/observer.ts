/**
 * One whole chain under test, watching one Asterisk by one account: a real connector process, its site in the real worker, and a
 * real client of everything at that site.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type Event, SnapshotFrame } from "@pbxis/shared";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type Proxy as Relay, startProxy } from "../harness/proxy.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type AccountName, accounts } from "./config.ts";

export type Observer = Readonly<{
  account: AccountName;
  client: Client;
  /** The network between the connector and AMI. */
  link: Relay;
  /** The snapshot that a newcomer gets (AP3). */
  state(): Promise<{ link: string; events: readonly Event[] }>;
  /** The last lines that the connector wrote. */
  log(): string;
  stop(): Promise<void>;
}>;

const main = join(import.meta.dirname, "../../connector/src/main.ts");
const maxLogLines = 60;
const running = new Set<Observer>();

/** Ends every chain of this process. */
export async function stopAllObservers(): Promise<void> {
  await Promise.all([...running].map((observer) => observer.stop()));
}

/** Resolves once the client has a snapshot with the link up. */
export async function observe(edge: URL, site: string, address: string, account: AccountName): Promise<Observer> {
  const link = await startProxy(5038, address);
  const connector = startConnector(edge, site, link.port, account, await mintToken({ site, role: "connector" }));
  const token = await mintToken({ site });
  const client = openWebSocket({ url: edge, token, site, agents: ["*"], queues: ["*"] });
  const observer: Observer = {
    account,
    client,
    link,
    state: async () => {
      const url = new URL(`v1/sites/${site}/state?agents=*&queues=*`, edge);
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`GET ${url.pathname}: ${response.status} ${await response.text()}`);
      return SnapshotFrame.parse({ type: "snapshot", ...JSON.parse(await response.text()) });
    },
    log: () => connector.lines.join("\n"),
    stop: async () => {
      client.close();
      await endProcess(connector.child);
      await link.stop();
      running.delete(observer);
    },
  };
  running.add(observer);
  try {
    await until(`${site}'s client to see the link up`, () => client.mirror.link === "up", { timeoutMs: 20_000 });
  } catch (error) {
    await observer.stop();
    throw new Error(
      `${String(error)}; the stream: ${JSON.stringify(client.ended())}; the connector:\n${observer.log()}`,
    );
  }
  return observer;
}

function startConnector(edge: URL, site: string, amiPort: number, account: AccountName, token: string) {
  const { username, secret } = accounts[account];
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      PBXIS_SITE: site,
      PBXIS_EDGE_URL: edge.href,
      PBXIS_TOKEN: token,
      AMI_HOST: "127.0.0.1",
      AMI_PORT: String(amiPort),
      AMI_USERNAME: username,
      AMI_SECRET: secret,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      lines.push(...text.trimEnd().split("\n"));
      lines.splice(0, lines.length - maxLogLines);
    });
  child.on("exit", (code, signal) => lines.push(`(the connector ended: ${code ?? signal})`));
  return { child, lines };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(timer);
}

/** The real connector as a process of its own, so that a test can kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inherited } from "./inherited.ts";
import { mintToken } from "./token.ts";

const main = fileURLToPath(new URL("../../connector/src/main.ts", import.meta.url));

export type ConnectorOptions = Readonly<{
  /** The worker's root. */
  edgeUrl: URL;
  ami: Readonly<{ port: number; host?: string; username?: string; secret?: string }>;
  site?: string;
  token?: string;
  /** The program; by default this repository's. */
  program?: string;
  /** Additional settings, which override those above. */
  env?: Readonly<Record<string, string>>;
}>;

export type ConnectorProcess = Readonly<{
  pid: number;
  /** Everything that it has written, for failure messages and for tests of the log. */
  output: () => string;
  exitCode: () => number | NodeJS.Signals | null;
  /** Sends SIGKILL by default. Resolves when the process has exited. */
  kill: (signal?: NodeJS.Signals) => Promise<void>;
}>;

export async function startConnector(options: ConnectorOptions): Promise<ConnectorProcess> {
  const { edgeUrl, ami, site = "hq", program = main } = options;
  const token = options.token ?? (await mintToken({ site, role: "connector" }));
  return spawnConnector(program, {
    PBXIS_SITE: site,
    PBXIS_EDGE_URL: edgeUrl.href,
    PBXIS_TOKEN: token,
    AMI_HOST: ami.host ?? "127.0.0.1",
    AMI_PORT: String(ami.port),
    AMI_USERNAME: ami.username ?? "pbxis",
    AMI_SECRET: ami.secret ?? "secret",
    ...options.env,
  });
}

/** Runs the connector with these settings. */
function spawnConnector(program: string, env: Readonly<Record<string, string>>): ConnectorProcess {
  const child: ChildProcess = spawn(process.execPath, ["--", program], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes) => {
      output += bytes;
    });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exitCode: () => child.exitCode ?? child.signalCode,
    kill: async (signal = "SIGKILL") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    },
  };
}

/**
 * Debian's Prometheus: unpacked into `.cache/prometheus` without being installed on the machine, and run as a process
 * whose HTTP API answers.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../harness/port.ts";

const run = promisify(execFile);

const cache = join(import.meta.dirname, "../../.cache");
const tree = join(cache, "prometheus");

export type Tools = Readonly<{ prometheus: string; promtool: string }>;

/**
 * Unpacks the package first if it is absent (about 5 s, 90 MB). @throws if this is not Debian, or it has no such
 * package.
 */
export async function prometheusTools(): Promise<Tools> {
  const unpacked = await access(tree).then(
    () => true,
    () => false,
  );
  if (!unpacked) await unpack();
  return { prometheus: join(tree, "usr/bin/prometheus"), promtool: join(tree, "usr/bin/promtool") };
}

async function unpack(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${tree}.new-`);
  try {
    await download(fresh).catch(async () => {
      await run("apt-get", ["update", "-qq"]);
      await download(fresh);
    });
    const [file] = (await readdir(fresh)).filter((name) => name.endsWith(".deb"));
    await run("dpkg-deb", ["--extract", join(fresh, file ?? ""), join(fresh, "root")]);
    await rename(join(fresh, "root"), tree);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function download(folder: string): Promise<void> {
  await run("apt-get", ["download", "-qq", "-o", "APT::Sandbox::User=root", "prometheus"], { cwd: folder });
}

/** What promtool writes. @throws with its output if it finds a fault. */
export async function promtool({ promtool: program }: Tools, args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args);
    return stdout + stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as Partial<{ stdout: string; stderr: string }>;
    throw new Error(`promtool ${args.join(" ")}: ${stdout}${stderr}`);
  }
}

export type Prometheus = Readonly<{
  /** The `data` of an answer of its HTTP API. @throws if it answers with an error, as for a bad expression */
  get: (path: string, parameters?: Readonly<Record<string, string>>) => Promise<unknown>;
  output: () => string;
  stop: () => Promise<void>;
}>;

/** Runs it in `folder`, with this configuration. */
export async function startPrometheus({ prometheus }: Tools, folder: string, config: string): Promise<Prometheus> {
  const port = await freePort();
  const file = join(folder, "prometheus.yml");
  await writeFile(file, config);
  const options = [`--config.file=${file}`, `--storage.tsdb.path=${folder}/data`];
  const child = spawn(prometheus, [...options, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.on("data", (bytes) => {
    output += bytes;
  });
  return {
    get: async (path, parameters = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`);
      const answer = (await response.json()) as { status: string; data: unknown; error?: string };
      if (answer.status !== "success") throw new Error(`${path} ${parameters.query ?? ""}: ${answer.error}`);
      return answer.data;
    },
    output: () => output,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      await exit;
    },
  };
}

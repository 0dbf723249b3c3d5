/** One started demo, as a reader starts it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { testSecret } from "../harness/token.ts";
import { until } from "../harness/wait.ts";

export type Demo = Readonly<{ url: string; site: string; token: string; stop: () => Promise<void> }>;

export async function startDemo(): Promise<Demo> {
  const program = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "../demo/main.ts")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PBXIS_SECRET: testSecret },
  });
  let output = "";
  for (const stream of [program.stdout, program.stderr])
    stream.on("data", (bytes) => {
      output = (output + bytes).slice(-20_000);
    });
  const [, url = "", token = ""] = await until("the demo's link", () => /(http:\S+)#token=(\S+)/.exec(output), {
    timeoutMs: 120_000,
    evidence: () => output,
  });
  const headers = { authorization: `Bearer ${token}` };
  await until("the demo's link to be up", async () => {
    const status = (await (await fetch(new URL("v1/sites/demo", url), { headers })).json()) as { link: string };
    return status.link === "up";
  });
  return {
    ...{ url, token, site: "demo" },
    stop: async () => {
      program.kill("SIGINT");
      if (program.exitCode === null) await once(program, "exit");
    },
  };
}

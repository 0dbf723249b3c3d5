/** What the installed connectors work with: a real Asterisk, a real worker, and a site of its own for each connector. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accounts } from "../../test/asterisk/config.ts";
import { startLab } from "../../test/asterisk/lab.ts";
import { printedTexts } from "../../test/asterisk/printed.ts";
import { mintToken } from "../../test/harness/token.ts";
import { until } from "../../test/harness/wait.ts";
import { startEdge } from "../../test/harness/worker.ts";

type Settings = Readonly<Record<string, string>>;

export type Place = Readonly<{
  edgeUrl: URL;
  /** The settings of a connector for this site. */
  settingsOf: (site: string) => Promise<Settings>;
  /** Waits until the worker shows the states of Asterisk. @throws Error if `child` ends before. */
  expectStates: (site: string, child: ChildProcess) => Promise<void>;
  /**
   * Waits until the worker shows the states of Asterisk, then ends the connector by SIGTERM. `child` runs a connector for
   * this site. @throws Error if it does not get that far, or does not end well.
   */
  expectToServe: (site: string, child: ChildProcess) => Promise<void>;
  stop: () => Promise<void>;
}>;

export async function startPlace(): Promise<Place> {
  const [lab, edge] = await Promise.all([printedTexts().then((printed) => startLab("22", printed)), startEdge()]);
  const account = accounts.least;
  return {
    edgeUrl: edge.url,
    settingsOf: async (site) => ({
      PBXIS_SITE: site,
      PBXIS_EDGE_URL: edge.url.href,
      PBXIS_TOKEN: await mintToken({ site, role: "connector" }),
      AMI_HOST: lab.place.address,
      AMI_USERNAME: account.username,
      AMI_SECRET: account.secret,
      ...lab.place.installation.settings,
    }),
    expectStates: (site, child) => expectStates(edge.url, site, child, outputOf(child)),
    expectToServe: async (site, child) => {
      const output = outputOf(child);
      try {
        await expectStates(edge.url, site, child, output);
      } finally {
        child.kill("SIGTERM");
      }
      const exit = child.exitCode ?? child.signalCode ?? (await once(child, "exit"))[0];
      if (exit !== 0) throw new Error(`it ended with ${exit} after SIGTERM: ${output()}`);
    },
    stop: async () => {
      await Promise.all([lab.stop(), edge.stop()]);
    },
  };
}

function outputOf(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (bytes) => {
      text += bytes;
    });
  return () => text.slice(-3000);
}

async function expectStates(edge: URL, site: string, child: ChildProcess, output: () => string): Promise<void> {
  const authorization = `Bearer ${await mintToken({ site })}`;
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output()}`);
    const response = await fetch(new URL(`/v1/sites/${site}/state?agents=*&queues=*`, edge), {
      headers: { authorization },
    });
    const { link, events = [] } = (await response.json()) as { link?: string; events?: readonly { type: string }[] };
    return link === "up" && events.some(({ type }) => type === "queueCount");
  };
  await until(`the states of site ${site}`, isReady, { evidence: output });
}

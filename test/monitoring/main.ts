/**
 * Checks the files of monitoring/ with Debian's Prometheus. promtool checks the rules and plays their tests. Then a
 * Prometheus scrapes a real connector: every metric that the alerts and the dashboard name must exist, every expression
 * must be valid, and alerts must arise when Asterisk and the connector go.
 *
 *     node test/monitoring/main.ts
 *
 * Needs Debian. The last line of the output is `N passed, N failed`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScriptedAsterisk } from "../../connector/src/testing/scripted-asterisk.ts";
import { startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { until } from "../harness/wait.ts";
import { startEdge } from "../harness/worker.ts";
import { expressionsOf, namedMetrics, pathOf, readPanels } from "./files.ts";
import { type Prometheus, prometheusTools, promtool, startPrometheus } from "./prometheus.ts";

type Alert = Readonly<{ name: string; state: string; health: string; lastError?: string }>;
type Check = readonly [what: string, check: () => Promise<void>];

/** Panels that are empty as long as nothing happens of what they show. */
const emptyPanels = ["AMI events not used, per second", "Commands per minute"];

function configFor(port: number): string {
  return JSON.stringify({
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [pathOf("alerts.yml")],
    scrape_configs: [{ job_name: "pbxis-edge", static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
}

async function alertsOf(prometheus: Prometheus): Promise<readonly Alert[]> {
  const { groups } = (await prometheus.get("rules")) as { groups: readonly { rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

async function query(prometheus: Prometheus, expression: string): Promise<readonly unknown[]> {
  return ((await prometheus.get("query", { query: expression })) as { result: readonly unknown[] }).result;
}

const expectNone = (what: string, found: readonly unknown[]) => {
  if (found.length > 0) throw new Error(`${what}: ${JSON.stringify(found)}`);
};

async function start() {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-monitoring-"));
  const tools = await prometheusTools();
  const asterisk = await startScriptedAsterisk(["1.1"]);
  const edge = await startEdge();
  const port = await freePort();
  const connector = await startConnector({
    edgeUrl: edge.url,
    ami: { port: asterisk.port },
    env: { PBXIS_WATCH_PORT: String(port), PBXIS_SPOOL: join(folder, "spool") },
  });
  const prometheus = await startPrometheus(tools, folder, configFor(port));
  const stop = async () => {
    await prometheus.stop();
    await connector.kill();
    await Promise.all([asterisk.stop(), edge.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { tools, asterisk, connector, prometheus, stop };
}

function checksOf({ tools, asterisk, connector, prometheus }: Awaited<ReturnType<typeof start>>): readonly Check[] {
  const evidence = () => [prometheus.output().slice(-2000), connector.output().slice(-2000)];
  const isRaised = (name: string) =>
    until(
      `the alert ${name}`,
      async () => (await alertsOf(prometheus)).find((alert) => alert.name === name && alert.state !== "inactive"),
      {
        evidence,
      },
    );
  return [
    [
      "the example of a configuration is valid",
      async () => void (await promtool(tools, ["check", "config", pathOf("prometheus.yml")])),
    ],
    ["the alert rules are valid", async () => void (await promtool(tools, ["check", "rules", pathOf("alerts.yml")]))],
    [
      "the alert rules do what their tests say",
      async () => void (await promtool(tools, ["test", "rules", pathOf("alerts.test.yml")])),
    ],
    [
      "a site that works is shown as up",
      async () => {
        const isUp = async (metric: string) => (await query(prometheus, `${metric} == 1`)).length === 1;
        await until(
          "both links to be up",
          async () => (await isUp("pbxis_ami_up")) && (await isUp("pbxis_uplink_up")),
          { evidence },
        );
      },
    ],
    [
      "every metric that is named exists",
      async () => {
        const metadata = (await prometheus.get("targets/metadata")) as readonly { metric: string }[];
        const known = new Set(metadata.map(({ metric }) => metric));
        expectNone(
          "unknown metrics",
          [...namedMetrics()].filter((name) => !known.has(name)),
        );
      },
    ],
    [
      "every panel of the dashboard shows something",
      async () => {
        const panels = readPanels().filter(({ title }) => !emptyPanels.includes(title));
        for (const panel of panels)
          for (const expression of expressionsOf(panel, "5s"))
            await until(panel.title, async () => (await query(prometheus, expression)).length > 0, {
              evidence: () => expression,
            });
        for (const panel of readPanels())
          for (const expression of expressionsOf(panel, "5s")) await query(prometheus, expression);
      },
    ],
    [
      "no alert is raised, and each can be evaluated",
      async () => {
        const alerts = await until("all rules to be evaluated", async () => {
          const all = await alertsOf(prometheus);
          return all.every(({ health }) => health !== "unknown") && all;
        });
        expectNone(
          "alerts",
          // The machine may really be too busy.
          alerts.filter(
            ({ health, name, state }) =>
              health !== "ok" || (state !== "inactive" && name !== "PbxisConnectorOverloaded"),
          ),
        );
      },
    ],
    [
      "Asterisk's end raises its alert",
      async () => {
        await asterisk.stop();
        await isRaised("PbxisAsteriskUnreachable");
      },
    ],
    [
      "the connector's end raises its alert",
      async () => {
        await connector.kill();
        await isRaised("PbxisConnectorUnreachable");
      },
    ],
  ];
}

const started = await start();
let failed = 0;
const checks = checksOf(started);
try {
  for (const [what, check] of checks)
    try {
      await check();
      console.log(`ok    ${what}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${what}\n${error instanceof Error ? error.message : error}`);
    }
} finally {
  await started.stop();
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

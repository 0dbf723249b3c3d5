/** The files of monitoring/, as the tests read them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../monitoring");

export function pathOf(name: "alerts.yml" | "alerts.test.yml" | "prometheus.yml" | "grafana-dashboard.json"): string {
  return join(folder, name);
}

export type Panel = Readonly<{
  id: number;
  title: string;
  gridPos: Readonly<{ x: number; y: number; w: number; h: number }>;
  targets: readonly Readonly<{ expr: string }>[];
}>;

export function readPanels(): readonly Panel[] {
  const dashboard: { panels: readonly Panel[] } = JSON.parse(readFileSync(pathOf("grafana-dashboard.json"), "utf8"));
  return dashboard.panels;
}

/** An expression of the dashboard as Grafana sends it, for all sites. */
export function expressionsOf({ targets }: Panel, rateInterval: string): readonly string[] {
  return targets.map(({ expr }) => expr.replaceAll("$site", ".*").replaceAll("$__rate_interval", rateInterval));
}

/** The connector's metrics that the alerts and the dashboard name. */
export function namedMetrics(): ReadonlySet<string> {
  const text = readFileSync(pathOf("alerts.yml"), "utf8") + readFileSync(pathOf("grafana-dashboard.json"), "utf8");
  // The alternatives of a pattern of names, then names.
  const patterns = [...text.matchAll(/(pbxis_\w+)\(([\w|]+)\)(\w+)/g)].flatMap(([, before, middle = "", after]) =>
    middle.split("|").map((one) => `${before}${one}${after}`),
  );
  return new Set([...patterns, ...(text.match(/\bpbxis_[a-z_]+[a-z]\b(?!\()/g) ?? [])]);
}

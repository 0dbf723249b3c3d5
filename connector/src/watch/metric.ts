/** Metrics in Prometheus's text format 0.0.4, and as numbers by name for a report. */
import { maxCounters } from "@pbxis/shared";

type Labels = Readonly<Record<string, string>>;
export type Sample = Readonly<{ labels?: Labels; value: number }>;
/** `name` follows Prometheus's conventions: base units, and `_total` for a counter. */
export type Metric = Readonly<{ name: string; type: "counter" | "gauge"; help: string; samples: readonly Sample[] }>;

export const contentType = "text/plain; version=0.0.4; charset=utf-8";

export function counter(name: string, help: string, value: number | readonly Sample[]): Metric {
  return { name, type: "counter", help, samples: samplesOf(value) };
}

export function gauge(name: string, help: string, value: number | readonly Sample[]): Metric {
  return { name, type: "gauge", help, samples: samplesOf(value) };
}

function samplesOf(value: number | readonly Sample[]): readonly Sample[] {
  return typeof value === "number" ? [{ value }] : value;
}

/** One sample for each name of a tally. */
export function byName(label: string, counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}

export function render(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, type, help, samples }) => [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map((sample) => `${name}${renderLabels(sample.labels)} ${renderValue(sample.value)}`),
  ]);
  return `${lines.join("\n")}\n`;
}

const reportable = /^[a-z][a-z0-9_]{0,99}(?:\{[\x20-\x7e]{1,200}\})?$/;

/** UP10: numbers by name and labels. Names and numbers that a report cannot carry are omitted. */
export function flatten(metrics: readonly Metric[]): Record<string, number> {
  const entries = metrics.flatMap(({ name, samples }) =>
    samples.map(({ labels, value }) => [`${name}${renderLabels(labels)}`, value] as const),
  );
  return Object.fromEntries(
    entries.filter(([key, value]) => reportable.test(key) && Number.isFinite(value)).slice(0, maxCounters),
  );
}

function renderLabels(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** As Go formats numbers. */
function renderValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

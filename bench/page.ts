/** Renders results as docs/BENCHMARKS.md. Pure. */
import type { Plot, Report, Table } from "./bench.ts";
import type { Machine } from "./machine.ts";

export type Result = Readonly<{ name: string; title: string; at: string; machine: Machine; report: Report }>;

export function pageOf(results: readonly Result[]): string {
  const intro = `# Benchmarks

\`pnpm bench\` makes this page from the results in [docs/benchmarks](benchmarks); \`pnpm bench NAME\` renews one section.
Whatever is compared ran in the same run on the same machine, alternating; figures are medians of several runs. Trust
ratios more than figures: both sides of a ratio ran on the same machine at the same time.

${results.map(({ title }) => `- [${title}](#${anchorOf(title)})`).join("\n")}
`;
  return [intro, ...results.map(sectionOf)].join("\n");
}

export function sectionOf({ name, title, at, machine, report }: Result): string {
  const { method, tables, plots = [], targets, findings = [] } = report;
  const { cpu, cores, memoryGb, system, versions } = machine;
  return [
    `## ${title}`,
    wrapped(
      `\`pnpm bench ${name}\` · ${at.slice(0, 10)} · ${cpu}, ${cores} cores, ${memoryGb} GB, ${system} · ${versions}`,
    ),
    ...method.map((text) => wrapped(text)),
    ...tables.map(tableOf),
    ...plots.map(plotOf),
    ...(targets.length > 0 ? [targetsOf(targets)] : []),
    ...(findings.length > 0 ? [findings.map((finding) => wrapped(`- ${finding}`, "  ")).join("\n")] : []),
    "",
  ].join("\n\n");
}

/** Prose in lines of at most 120 columns; `indent` begins every line but the first. */
function wrapped(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= 120) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(line === undefined ? word : indent + word);
  }
  return lines.join("\n");
}

function tableOf({ title, columns, rows }: Table): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const rule = line(columns.map((_, index) => (index === 0 ? "---" : "---:")));
  return [`**${title}**`, "", line(columns), rule, ...rows.map(line)].join("\n");
}

function targetsOf(targets: Report["targets"]): string {
  const rows = targets.map(({ goal, seen, met }) => [goal, seen, met ? "yes" : "**no**"]);
  return tableOf({ title: "Targets", columns: ["target", "measured", "met"], rows });
}

/** A Mermaid plot, which the usual Markdown viewers draw. The table beside it has the figures. */
function plotOf({ title, xLabel, yLabel, xs, ys }: Plot): string {
  const top = Math.max(...ys) * 1.1;
  return [
    "```mermaid",
    "xychart-beta",
    `  title "${title}"`,
    `  x-axis "${xLabel}" [${xs.join(", ")}]`,
    `  y-axis "${yLabel}" 0 --> ${Number(top.toPrecision(3))}`,
    `  line [${ys.join(", ")}]`,
    "```",
  ].join("\n");
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

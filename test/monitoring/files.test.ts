/** The dashboard's file, which only Grafana could check otherwise. The expressions are tested with Prometheus. */
import { expect, it } from "vitest";
import { expressionsOf, namedMetrics, readPanels } from "./files.ts";

const panels = readPanels();

it("panels have ids of their own and do not overlap in Grafana's 24 columns", () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
});

it("every expression selects the chosen sites", () => {
  for (const { targets } of panels) for (const { expr } of targets) expect(expr).toContain('site=~"$site"');
  expect(panels.flatMap((panel) => expressionsOf(panel, "1m")).filter((text) => text.includes("$"))).toEqual([]);
});

it("finds the metrics that alerts and dashboard name, also within a pattern", () => {
  expect([...namedMetrics()]).toEqual(
    expect.arrayContaining([
      "pbxis_ami_up",
      "pbxis_ami_malformed_events_total",
      "pbxis_ami_dropped_packets_total",
      "pbxis_outbox_states",
    ]),
  );
});

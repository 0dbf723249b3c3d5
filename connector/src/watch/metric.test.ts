import { maxCounters, UplinkReport } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byName, counter, flatten, gauge, type Metric, render } from "./metric.ts";

describe("Prometheus's text format 0.0.4", () => {
  it("has a HELP and a TYPE line before each metric's samples, and a line feed after the last", () => {
    const text = render([
      gauge("pbxis_ami_up", "Whether it is up.", 1),
      counter(
        "pbxis_events_total",
        "Events.",
        byName(
          "type",
          new Map([
            ["a", 1],
            ["b", 2.5],
          ]),
        ),
      ),
      counter("pbxis_nothing_total", "Without a sample.", []),
    ]);
    expect(text).toBe(
      [
        "# HELP pbxis_ami_up Whether it is up.",
        "# TYPE pbxis_ami_up gauge",
        "pbxis_ami_up 1",
        "# HELP pbxis_events_total Events.",
        "# TYPE pbxis_events_total counter",
        'pbxis_events_total{type="a"} 1',
        'pbxis_events_total{type="b"} 2.5',
        "# HELP pbxis_nothing_total Without a sample.",
        "# TYPE pbxis_nothing_total counter",
        "",
      ].join("\n"),
    );
  });

  it("escapes a label's value so that it is one line and can be parsed back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const lines = render([counter("x_total", "X.", byName("name", new Map([[value, 1]])))]).split("\n");
        expect(lines).toHaveLength(4);
        const [, escaped = ""] = /^x_total\{name="((?:[^"\\]|\\[\\n"])*)"\} 1$/s.exec(lines[2] ?? "") ?? [];
        const back = escaped.replace(/\\(.)/g, (_all, one) => (one === "n" ? "\n" : one));
        expect(back).toBe(value);
      }),
    );
  });

  it("formats NaN and infinities as Go does", () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21].map((value) => ({ value }));
    expect(render([gauge("x", "X.", values)])).toMatch(/\nx NaN\nx \+Inf\nx -Inf\nx 1e\+21\n$/);
  });
});

it("UP10 a report of any metrics is valid", () => {
  const names = fc.dictionary(fc.string({ unit: "binary" }), fc.double(), { maxKeys: maxCounters * 2, size: "max" });
  fc.assert(
    fc.property(names, (counts) => {
      const metrics: Metric[] = [counter("x_total", "X.", byName("name", new Map(Object.entries(counts))))];
      const report = { type: "report", at: 0, audit: null, counters: flatten([gauge("up", "Up.", 1), ...metrics]) };
      expect(UplinkReport.parse(report).counters).toMatchObject({ up: 1 });
    }),
    { numRuns: 50 },
  );
});

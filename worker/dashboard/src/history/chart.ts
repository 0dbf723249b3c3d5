/**
 * Draws a series with uPlot: an area for the waiting callers, a line for the service level. The chart fills its
 * element.
 */
import UPlot from "uplot";
import type { Series } from "./track.ts";

export type Chart = Readonly<{ draw: (series: Series) => void; close: () => void }>;

/** The scale shows at least this many callers, so that a single caller does not fill the height. */
const minScale = 4;

export function createChart(place: HTMLElement): Chart {
  let latest: Series | undefined;
  const plot = new UPlot(optionsFor(place), [[], [], []], place);
  const fit = (): void => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width > 0 && height > 0) plot.setSize({ width, height });
  };
  const observer = new ResizeObserver(fit);
  observer.observe(place);
  const draw = (series: Series): void => {
    latest = series;
    plot.setData([series.at.map((at) => at / 1000), [...series.waiting], [...series.serviceLevel]]);
  };
  // The colours are the page's own and change with its theme.
  const recolour = (): void => {
    if (latest) plot.redraw(true, false);
  };
  const themes = new MutationObserver(recolour);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", recolour);
  return {
    draw,
    close: () => {
      observer.disconnect();
      themes.disconnect();
      system.removeEventListener("change", recolour);
      plot.destroy();
    },
  };
}

function optionsFor(place: HTMLElement): UPlot.Options {
  const colour = (name: string) => (): string => getComputedStyle(place).getPropertyValue(name).trim() || "gray";
  // Steps, because a value holds until the next. A slope would show numbers of callers that never were.
  const paths = UPlot.paths.stepped?.({ align: 1 });
  const line = { ...(paths && { paths }), width: 1.5, points: { show: false } };
  return {
    width: Math.max(1, place.clientWidth),
    height: Math.max(1, place.clientHeight),
    legend: { show: false },
    cursor: { show: false },
    padding: [2, 0, 1, 0],
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false },
      y: { range: (_, __, most) => [0, Math.max(minScale, most ?? 0)] },
      level: { range: [0, 100] },
    },
    series: [
      {},
      { ...line, scale: "y", stroke: colour("--strip-waiting"), fill: colour("--strip-fill") },
      { ...line, scale: "level", stroke: colour("--strip-level"), dash: [4, 3] },
    ],
  };
}

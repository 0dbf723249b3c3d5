/** The chart of a report: a stack for each interval, and a line of percentages. The table below it says the same. */
import { useId, useRef, useState } from "preact/hooks";
import { useElementSize } from "../ui/use-element-size.ts";
import { type Bar, chartShapes } from "./chart-shapes.ts";
import type { Kind } from "./report-filter.ts";

type Props = Readonly<{
  /** Decides the colours of the parts. */
  kind: Kind;
  /** What it shows, for screen readers. */
  label: string;
  bars: readonly Bar[];
  /** The names of the parts, from the bottom. */
  parts: readonly string[];
  /** What the line is. */
  line: string;
  /** After a part's value: such as ` h`. */
  unit: string;
}>;

const height = 240;

/** The part that is hatched, so that the parts differ by more than their colours: the abandoned, and the paused. */
const hatched: Readonly<Record<Kind, number>> = { queues: 1, agents: 2 };

export function Chart({ kind, label, bars, parts, line, unit }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useElementSize(box, bars.length, ({ clientWidth }) => setWidth(clientWidth));
  const hatch = useId();
  const shapes = chartShapes(bars, width, height);
  const { plot } = shapes;
  const right = plot.x + plot.width;
  return (
    <figure class="rp-chart" data-kind={kind}>
      <div ref={box} />
      <svg class="rp-plot" width={width} height={height} role="img" aria-label={label}>
        <defs>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="rp-hatch" width="2" height="5" />
          </pattern>
        </defs>
        {shapes.ticks.map(({ value, y }) => (
          <g key={value}>
            <path class="rp-grid" d={`M${plot.x} ${y}H${right}`} />
            <text class="rp-axis" x={plot.x - 6} y={y + 4} text-anchor="end">
              {value}
            </text>
          </g>
        ))}
        {[0, 50, 100].map((percent) => (
          <text
            class="rp-axis rp-percent"
            key={percent}
            x={right + 6}
            y={plot.y + plot.height * (1 - percent / 100) + 4}
          >
            {percent}%
          </text>
        ))}
        {bars.map((bar, index) => (
          <g key={bar.label}>
            <title>{barText(bar, parts, line, unit)}</title>
            <rect class={bar.isPartial ? "rp-slot rp-partial" : "rp-slot"} {...shapes.slots[index]} />
            {shapes.bars[index]?.map((part, at) => (
              <g key={parts[at]}>
                <rect class={`rp-part rp-part-${at}`} {...part} />
                {at === hatched[kind] && <rect fill={`url(#${hatch})`} {...part} />}
              </g>
            ))}
          </g>
        ))}
        <path class="rp-line" d={shapes.line} />
        {shapes.labelled.map((index) => (
          <text class="rp-axis" key={index} x={shapes.slots[index]?.x} y={height - 6}>
            {bars[index]?.label}
          </text>
        ))}
      </svg>
      <figcaption class="rp-key">
        {parts.map((part, at) => (
          <span key={part} class={`rp-key-${at}`}>
            {part}
            {unit && ` (${unit.trim()})`}
          </span>
        ))}
        <span class="rp-key-line">{line}</span>
        {bars.some(({ isPartial }) => isPartial) && <span class="rp-key-partial">not watched all the time</span>}
      </figcaption>
    </figure>
  );
}

function barText(
  { label, parts, percent, isPartial }: Bar,
  names: readonly string[],
  line: string,
  unit: string,
): string {
  const values = parts.map((value, at) => `${names[at]} ${Math.round(value * 10) / 10}${unit}`);
  const level = percent === null ? [] : [`${line} ${Math.round(percent)}%`];
  return [label, ...values, ...level, ...(isPartial ? ["not watched all the time"] : [])].join("\n");
}

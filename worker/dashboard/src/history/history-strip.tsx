/** The chart of a queue's last hour below its figures. The plotting library is loaded when the first chart is shown. */
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Chart } from "./chart.ts";
import { HistoryContext } from "./context.ts";
import { seriesText } from "./series-text.ts";

const redrawMs = 10_000;

export function HistoryStrip({ queue }: Readonly<{ queue: string }>) {
  const history = useContext(HistoryContext);
  const place = useRef<HTMLDivElement>(null);
  const [label, setLabel] = useState(`Last hour of ${queue}.`);
  useEffect(() => {
    const element = place.current;
    if (!element || !history) return;
    let chart: Chart | undefined;
    let isOver = false;
    const draw = (): void => {
      const series = history.series(queue);
      if (!series) return;
      chart?.draw(series);
      setLabel(seriesText(queue, series));
    };
    const start = async (): Promise<void> => {
      // If the script cannot be loaded, the chart stays empty and its label remains.
      const loaded = await import("./chart.ts").catch(() => undefined);
      if (isOver || !loaded) return;
      chart = loaded.createChart(element);
      draw();
    };
    void start();
    draw();
    const timer = setInterval(draw, redrawMs);
    return () => {
      isOver = true;
      clearInterval(timer);
      chart?.close();
    };
  }, [history, queue]);
  return (
    <div class="hs-strip" role="img" aria-label={label} title={label}>
      <div ref={place} class="hs-plot" />
      <p class="hs-key">
        <span class="hs-key-waiting" /> waiting <span class="hs-key-level" /> service level, last hour
      </p>
    </div>
  );
}

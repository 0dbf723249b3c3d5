/** The last hour of a queue under its figures. The plotting library comes when the first strip is shown, and nothing waits for it. */
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { HistoryContext } from "../ui/hooks.ts";
import type { Chart } from "./chart.ts";
import { seriesWords } from "./series-words.ts";

const redrawMs = 10_000;

export function HistoryStrip({ queue }: Readonly<{ queue: string }>) {
  const history = useContext(HistoryContext);
  const place = useRef<HTMLDivElement>(null);
  const [words, setWords] = useState(`Last hour of ${queue}.`);
  useEffect(() => {
    const element = place.current;
    if (!element || !history) return;
    let chart: Chart | undefined;
    let isOver = false;
    const draw = (): void => {
      const series = history.series(queue);
      if (!series) return;
      chart?.draw(series);
      setWords(seriesWords(queue, series));
    };
    const start = async (): Promise<void> => {
      // Without its script, on a line that fails just now, the strip stays empty and its words are there.
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
    <div class="hs-strip" role="img" aria-label={words} title={words}>
      <div ref={place} class="hs-plot" />
      <p class="hs-key">
        <span class="hs-key-waiting" /> waiting <span class="hs-key-level" /> service level, last hour
      </p>
    </div>
  );
}

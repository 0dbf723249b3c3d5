/** The list of tiles, in rows of nearly equal length that fill its width and, where there is room, its height. */
import type { QueueView } from "@pbxis/shared/client";
import { useRef, useState } from "preact/hooks";
import { useElementSize } from "../ui/use-element-size.ts";
import { rowMates, tilesPerRow } from "./columns.ts";
import { type ThresholdsByQueue, thresholdsOf } from "./thresholds.ts";
import { Tile } from "./tile.tsx";

type Props = Readonly<{
  /** In the order in which they are shown. */
  queues: readonly QueueView[];
  at: number;
  thresholds: ThresholdsByQueue;
  isKiosk: boolean;
  /** How many columns at most the list should have now. */
  columnsOf: (list: HTMLElement, count: number) => number;
}>;

export function Tiles({ queues, at, thresholds, isKiosk, columnsOf }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const { length } = queues;
  const [columns, setColumns] = useState(1);
  useElementSize(list, length, (element) => setColumns(columnsOf(element, length)));
  const rows = tilesPerRow(length, columns);
  const mates = rowMates(rows);
  return (
    <ul ref={list} class={isKiosk ? "wb-tiles wb-fit" : "wb-tiles"} style={{ "--rows": rows.length }}>
      {queues.map((queue, index) => (
        <Tile
          key={queue.queue}
          queue={queue}
          at={at}
          thresholds={thresholdsOf(thresholds, queue.queue)}
          mates={mates[index] ?? 1}
        />
      ))}
    </ul>
  );
}

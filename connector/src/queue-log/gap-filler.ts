/** Reads from Asterisk's queue_log what the connector has missed (`PBXIS_QUEUE_LOG`), once all lists are complete. */
import type { SiteEvent } from "@pbxis/shared";
import type { AmiEvent, LoggedFact } from "../ami/event/event.ts";
import type { Log } from "../log.ts";
import { createGapWatch } from "./gap.ts";
import { readQueueLog } from "./read.ts";
import { isSpooled } from "./spooled.ts";

type GapFillerOptions = Readonly<{
  /** The queue_log; null without the setting, and then nothing is read. */
  file: string | null;
  /** Occurrences that an earlier process has left in the spool, and that are sent anyway. */
  spooled: readonly SiteEvent[];
  onFacts: (facts: readonly LoggedFact[]) => void;
  log: Log;
}>;

export type GapFiller = Readonly<{
  onEvent: (event: AmiEvent) => void;
  onUp: () => void;
  onDown: (asOf: number) => void;
  /** The site knows from an earlier process what happened until `at`, ms since 1970. */
  onSiteKnows: (at: number) => void;
  /** Since when (ms since 1970) something may have happened that is not read yet; null if there is nothing. */
  missingSince: () => number | null;
}>;

/**
 * After a long absence only the last facts are sent: each becomes two occurrences at most, and the outbox has room for
 * 50,000.
 */
const maxFacts = 20_000;

export function createGapFiller({ file, spooled, onFacts, log }: GapFillerOptions): GapFiller {
  const watch = createGapWatch();
  let isUp = false;
  let missingSince: number | null = null;
  let fillsRunning = 0;

  function miss(at: number): void {
    if (file === null) return;
    missingSince = Math.min(missingSince ?? at, at);
  }

  async function fill(): Promise<void> {
    if (file === null || !isUp) return;
    fillsRunning += 1;
    for (const gap of watch.takeGaps()) {
      const found = await readQueueLog(file, gap, log);
      const missing = found.filter((fact) => !isSpooled(fact, spooled));
      if (missing.length > maxFacts)
        log.warn(`PBXIS_QUEUE_LOG: of ${missing.length} facts only the last ${maxFacts} are sent`);
      onFacts(missing.slice(-maxFacts));
    }
    fillsRunning -= 1;
    if (isUp && fillsRunning === 0) missingSince = null;
  }

  return {
    missingSince: () => missingSince,
    onEvent: watch.onEvent,
    onUp: () => {
      isUp = true;
      void fill();
    },
    onDown: (asOf) => {
      isUp = false;
      miss(asOf);
      watch.onDown(asOf);
    },
    onSiteKnows: (at) => {
      if (watch.onSiteKnows(at)) miss(at);
      void fill();
    },
  };
}

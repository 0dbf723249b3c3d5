/** Puts the times that the uplink sends on the site's clock, and reports when the machine's clock is wrong. */
import type { AmiStatus, SiteEvent, UplinkReport } from "@pbxis/shared";
import {
  correctAmi,
  correctEvent,
  correctReport,
  type Moment,
  type SiteClock,
  unknownClock,
  watchClock,
} from "./site-clock.ts";
import { markUncorrected, withoutMark } from "./uncorrected.ts";

type Options = Readonly<{
  moment: () => Moment;
  log: (level: "info" | "warn", message: string) => void;
  /** The site's clock is known for the first time. `correct` is for what has waited for it. */
  onKnown: (correct: (event: SiteEvent) => SiteEvent) => void;
}>;

export class SiteTime {
  readonly #options: Options;
  #watch = unknownClock;
  #report: UplinkReport | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** How far the machine's clock is ahead of the site's, in ms; null while that is not known. */
  get offset(): number | null {
    return this.#watch.offset;
  }

  /** To be called often. Returns the latest report anew if the site is to learn of the clock. */
  observe(clock: SiteClock): UplinkReport | null {
    const before = this.#watch.offset;
    const { watch, line } = watchClock(this.#watch, clock, this.#options.moment());
    this.#watch = watch;
    if (line) this.#options.log(line.level, line.message);
    const isFirst = before === null && watch.offset !== null;
    if (isFirst) this.#options.onKnown((event) => withoutMark(event, watch.correction));
    const isNews = line !== null || isFirst;
    return isNews && this.#report ? correctReport(this.#report, watch) : null;
  }

  /** A time of this process (ms since 1970) by the site's clock. */
  onSite(at: number | null): number | null {
    return at === null ? null : Math.max(0, at + this.#watch.correction);
  }

  states<Ami extends AmiStatus | null>(events: readonly SiteEvent[], ami: Ami) {
    const { correction, offset } = this.#watch;
    if (offset === null) return { events: events.map(markUncorrected), ami };
    if (correction === 0) return { events, ami };
    return {
      events: events.map((event) => correctEvent(event, correction)),
      ami: (ami && correctAmi(ami, correction)) as Ami,
    };
  }

  report(report: UplinkReport): UplinkReport {
    this.#report = report;
    return correctReport(report, this.#watch);
  }
}

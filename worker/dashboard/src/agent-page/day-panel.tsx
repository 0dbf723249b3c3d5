/** The agent's figures of today (EV19). */
import { type DayStatistics, dayFigures } from "../agents/agent-day.ts";

export function DayPanel({ statistics, now }: Readonly<{ statistics: DayStatistics; now: number }>) {
  return (
    <section class="ap-panel" aria-labelledby="ap-day">
      <h2 id="ap-day">Today</h2>
      <dl class="ap-day">
        {dayFigures(statistics, now).map(({ name, text, detail }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {text}
              {detail !== null && <span class="ap-detail">{detail}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

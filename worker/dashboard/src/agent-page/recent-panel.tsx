/** The agent's recent calls, and the site's parked calls. */
import type { ParkedCall } from "@pbxis/shared/client";
import { formatClock, formatDuration } from "../ui/format.ts";
import { completionText, parkingEndText, type Recent } from "./recent.ts";

type Props = Readonly<{ agent: string; recent: Recent; now: number }>;

export function RecentPanel({ agent, recent, now }: Props) {
  const completed = recent.completed.get(agent) ?? [];
  return (
    <section class="ap-panel" aria-labelledby="ap-recent">
      <h2 id="ap-recent">Recent calls</h2>
      {completed.length === 0 && <p class="ap-none">None since this page was opened.</p>}
      <ul class="ap-list">
        {completed.map((call) => (
          <li key={`${call.uniqueId} ${call.at}`}>
            <span class="ap-time">{formatClock(call.at, now)}</span> {call.queueName}, talked{" "}
            {formatDuration(call.talkTime * 1000)} after a wait of {formatDuration(call.holdTime * 1000)},{" "}
            {completionText(call)}
          </li>
        ))}
      </ul>
    </section>
  );
}

type ParkedProps = Readonly<{ parked: readonly ParkedCall[]; unparked: Recent["unparked"]; now: number }>;

export function ParkedPanel({ parked, unparked, now }: ParkedProps) {
  return (
    <section class="ap-panel" aria-labelledby="ap-parked">
      <h2 id="ap-parked">Parked calls at this site</h2>
      {parked.length === 0 && <p class="ap-none">None is parked now.</p>}
      <ul class="ap-list">
        {parked.map(({ parkingLot, parkingSpace, callerId, since }) => (
          <li key={`${parkingLot} ${parkingSpace}`}>
            <strong class="ap-space">{parkingSpace}</strong> {callerId ?? "number withheld"}{" "}
            <span class="ap-time">{formatDuration(now - (since ?? now))}</span>
          </li>
        ))}
        {unparked.map((end) => (
          <li key={`${end.channel} ${end.at}`} class="ap-past">
            <span class="ap-time">{formatClock(end.at, now)}</span> {end.parkingSpace},{" "}
            {end.callerId ?? "number withheld"}: {parkingEndText(end)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The agent's recent calls, and the site's parked calls. */
import type { ParkedCall, QueueCall } from "@pbxis/shared/client";
import { keyOf } from "../calls/call-list.ts";
import { callerText, spanText, talkText, timeOf } from "../calls/call-texts.ts";
import { formatClock, formatDuration } from "../ui/format.ts";
import { completionText, type ParkingEnds, parkingEndText } from "./recent.ts";
import { useAgentCalls } from "./use-agent-calls.ts";

export function RecentPanel({ agent, now }: Readonly<{ agent: string; now: number }>) {
  const { calls, problem } = useAgentCalls(agent);
  return (
    <section class="ap-panel" aria-labelledby="ap-recent">
      <h2 id="ap-recent">Recent queue calls</h2>
      {problem !== null && <p class="ui-problem">{problem}</p>}
      {calls === null
        ? problem === null && <p class="ap-none">Loading…</p>
        : calls.length === 0 && <p class="ap-none">None in the last weeks.</p>}
      <ul class="ap-list">
        {calls?.map((call) => (
          <RecentCall key={keyOf(call)} call={call} now={now} />
        ))}
      </ul>
    </section>
  );
}

function RecentCall({ call, now }: Readonly<{ call: QueueCall; now: number }>) {
  const at = call.answeredAt ?? timeOf(call);
  const ending = completionText(call);
  return (
    <li>
      <span class="ap-time">{at === null ? "–" : formatClock(at, now)}</span> {call.queue}
      {call.number !== null && `, ${callerText(call)}`}, talked {talkText(call)} after a wait of{" "}
      {spanText(call.waitTime)}
      {ending !== null && `, ${ending}`}
    </li>
  );
}

type ParkedProps = Readonly<{ parked: readonly ParkedCall[]; unparked: ParkingEnds; now: number }>;

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

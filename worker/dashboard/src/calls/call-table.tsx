/** The table of calls, and what stands in its place while there are none. */
import type { QueueCall } from "@pbxis/shared/client";
import { useNameOf } from "../command/use-command.ts";
import { shortTime } from "../period/zone.ts";
import { hrefOf } from "../shell/route.ts";
import { type CallList, keyOf } from "./call-list.ts";
import {
  callerText,
  isMissed,
  numberToCall,
  outcomeHints,
  outcomeText,
  spanText,
  talkText,
  timeOf,
} from "./call-texts.ts";
import type { Phone } from "./use-phone.tsx";

type Props = Readonly<{ list: CallList; now: number; zone: string; onMore: () => void; phone: Phone }>;

export function CallTable({ list, now, zone, onMore, phone }: Props) {
  const nameOf = useNameOf();
  const { calls, next, isLoading, isKnown } = list;
  if (calls.length === 0)
    return (
      <p class="sh-wait">
        {isKnown && !isLoading ? "No calls of this kind in this time." : isLoading ? "Loading…" : ""}
      </p>
    );
  return (
    <>
      <table class="cl-table" aria-busy={isLoading}>
        <thead>
          <tr>
            <th scope="col">Joined</th>
            <th scope="col">Caller</th>
            <th scope="col">Queue</th>
            <th scope="col">Outcome</th>
            <th scope="col">Waited</th>
            <th scope="col">Agent</th>
            <th scope="col">Talked</th>
            <th scope="col">
              <span class="ui-hidden">Call back</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <CallRow key={keyOf(call)} call={call} now={now} zone={zone} nameOf={nameOf} phone={phone} />
          ))}
        </tbody>
      </table>
      {next !== null && (
        <p class="cl-more">
          <button type="button" class="ui-button" aria-disabled={isLoading} onClick={onMore}>
            {isLoading ? "Loading…" : "Show earlier calls"}
          </button>
        </p>
      )}
    </>
  );
}

type RowProps = Readonly<{
  call: QueueCall;
  now: number;
  zone: string;
  nameOf: (agent: string) => string;
  phone: Phone;
}>;

function CallRow({ call, now, zone, nameOf, phone }: RowProps) {
  const at = timeOf(call);
  const caller = callerText(call);
  return (
    <tr data-outcome={call.outcome} data-missed={isMissed(call)}>
      <td class="cl-time">{at === null ? "–" : shortTime(at, now, zone)}</td>
      <th scope="row" class="cl-caller">
        {caller}
      </th>
      <td data-label="Queue">{call.queue}</td>
      <td class="cl-outcome" title={outcomeHints[call.outcome]}>
        <span class="cl-mark" aria-hidden="true" />
        {outcomeText(call.outcome)}
      </td>
      <td class="cl-number" data-label="Waited">
        {spanText(call.waitTime)}
      </td>
      <td data-label="Agent">
        {call.agent === null ? "–" : <a href={hrefOf({ view: "agent", agent: call.agent })}>{nameOf(call.agent)}</a>}
      </td>
      <td class="cl-number" data-label="Talked">
        {talkText(call)}
      </td>
      <td class="cl-action">
        <CallBackButton number={numberToCall(call)} caller={caller} phone={phone} />
      </td>
    </tr>
  );
}

type ButtonProps = Readonly<{ number: string | null; caller: string; phone: Phone }>;

function CallBackButton({ number, caller, phone: { commands, isPending, call } }: ButtonProps) {
  if (number === null || commands === null) return null;
  const why = commands.blocked ?? (isPending ? "In progress." : null);
  return (
    <button
      type="button"
      class="ui-button"
      aria-label={`Call back ${caller}`}
      aria-disabled={why !== null}
      title={why ?? undefined}
      onClick={() => why === null && call(number)}
    >
      Call back
    </button>
  );
}

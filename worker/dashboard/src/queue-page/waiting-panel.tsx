/** Who waits in a queue (EV20), in order, each with a menu of what the token allows. */
import type { CallerView } from "@pbxis/shared/client";
import { useState } from "preact/hooks";
import type { AgentDisplay } from "../agents/agent-display.ts";
import { MenuButton, type MenuItem } from "../command/menu.tsx";
import { callOfCaller, partyOf } from "../command/shown-call.ts";
import { useCommand, useNameOf } from "../command/use-command.ts";
import type { Callers } from "../store/callers.ts";
import { formatDuration, speakDuration } from "../ui/format.ts";
import { agentChoice } from "./agent-choice.ts";
import { CallerDialog } from "./caller-dialog.tsx";
import { type CallerForm, callerEntriesOf } from "./caller-form.ts";

type Props = Readonly<{
  queue: string;
  /** Null before the list has come. */
  callers: Callers | null;
  /** How many wait, also beyond the list. */
  count: number;
  /** Those that the token grants. */
  agents: readonly AgentDisplay[];
  now: number;
}>;

export function WaitingPanel({ queue, callers, count, agents, now }: Props) {
  const commands = useCommand();
  const [form, setForm] = useState<CallerForm | null>(null);
  const itemsOf = (caller: CallerView): readonly MenuItem[] =>
    callerEntriesOf(caller, queue, { ...commands, agents: agents.map(({ agent }) => agent) }).map(
      ({ text, why, action }) => ({
        text,
        why,
        isDestructive: action.kind === "command",
        run: () =>
          action.kind === "form" ? setForm(action.form) : commands.request(action.command, { call: action.call }),
      }),
    );
  return (
    <>
      {callers === null ? (
        <p class="qp-none">Loading…</p>
      ) : callers.list.length === 0 ? (
        <p class="qp-none">Nobody waits.</p>
      ) : (
        <CallerTable callers={callers.list} queue={queue} itemsOf={itemsOf} now={now} />
      )}
      {callers !== null && count > callers.list.length && callers.list.length > 0 && (
        <p class="qp-none">
          {count} wait. These are the first {callers.list.length}.
        </p>
      )}
      {form && <CallerDialog form={form} agents={agentChoice(agents, queue)} onClose={() => setForm(null)} />}
    </>
  );
}

type TableProps = Readonly<{
  callers: readonly CallerView[];
  queue: string;
  itemsOf: (caller: CallerView) => readonly MenuItem[];
  now: number;
}>;

function CallerTable({ callers, queue, itemsOf, now }: TableProps) {
  return (
    <table class="qp-callers">
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">Caller</th>
          <th scope="col">Waiting</th>
          <th scope="col">Priority</th>
          <th scope="col">Ringing</th>
          <th scope="col">
            <span class="ui-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {callers.map((caller) => (
          <CallerRow key={caller.uniqueId} caller={caller} queue={queue} items={() => itemsOf(caller)} now={now} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = Readonly<{ caller: CallerView; queue: string; items: () => readonly MenuItem[]; now: number }>;

function CallerRow({ caller, queue, items, now }: RowProps) {
  const nameOf = useNameOf();
  const { position, since, priority, ringing, name } = caller;
  const call = callOfCaller(caller, queue);
  const number = call.number === "unknown" ? "number withheld" : call.number;
  return (
    <tr>
      <td class="qp-place">{position}</td>
      <th scope="row" class="qp-party">
        {name && name !== number ? (
          <>
            {name} <span class="qp-number">{number}</span>
          </>
        ) : (
          number
        )}
      </th>
      <td class="qp-wait">
        <span aria-hidden="true">{formatDuration(now - since)}</span>
        <span class="ui-hidden">{speakDuration(now - since)}</span>
      </td>
      <td class="qp-priority">{priority === null || priority === 0 ? <span class="qp-none">–</span> : priority}</td>
      <td class="qp-rings">
        {ringing.length === 0 ? <span class="qp-none">nobody</span> : ringing.map(nameOf).join(", ")}
      </td>
      <td class="qp-menu">
        {items().length > 0 && (
          <MenuButton label={`Actions for ${partyOf(call)}`} items={items}>
            <span aria-hidden="true">⋯</span>
          </MenuButton>
        )}
      </td>
    </tr>
  );
}

/** The dialog that collects the rest of a command about a waiting caller: the agent, the destination or the priority. */
import { useState } from "preact/hooks";
import type { AgentDisplay } from "../agents/agent-display.ts";
import { callNow } from "../command/call-now.ts";
import { Dialog } from "../command/dialog.tsx";
import { Field, SelectField } from "../command/field.tsx";
import { FormActions } from "../command/form-actions.tsx";
import { changeOf, partyOf } from "../command/shown-call.ts";
import { useCommand } from "../command/use-command.ts";
import { readDestinations, rememberDestination } from "../input/remembered.ts";
import { useStore } from "../ui/hooks.ts";
import { choiceText } from "./agent-choice.ts";
import { type CallerForm, parseCallerForm } from "./caller-form.ts";

const titles: Readonly<Record<CallerForm["kind"], Readonly<{ verb: string; end: string; button: string }>>> = {
  pick: { verb: "Connect", end: "with an agent", button: "Connect" },
  move: { verb: "Move", end: "", button: "Move" },
  prioritize: { verb: "Change the priority of", end: "", button: "Change" },
};

type Props = Readonly<{ form: CallerForm; agents: readonly AgentDisplay[]; onClose: () => void }>;

export function CallerDialog({ form, agents, onClose }: Props) {
  const store = useStore();
  const commands = useCommand();
  const { kind, queue, uniqueId, call, priority } = form;
  const [value, setValue] = useState(firstValue(form, agents));
  const [isSubmitted, setIsSubmitted] = useState(false);
  const parsed = parseCallerForm(form, value);
  const about = { type: "hangupCaller", queue, uniqueId } as const;
  const whyNot = (): string | null => commands.whyNot(about) ?? changeOf(about, call, callNow(store, about), "");
  const blocked = whyNot();
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    setIsSubmitted(true);
    // The caller may have gone since the last redraw.
    if (!parsed.ok || whyNot() !== null) return;
    if (parsed.command.type === "moveCaller") rememberDestination(parsed.command.to);
    onClose();
    commands.request(parsed.command, { confirmed: true, call });
  };
  const { verb, end, button } = titles[kind];
  const field = { value, onInput: setValue, problem: isSubmitted && !parsed.ok ? parsed.problem : null };
  return (
    <Dialog title={[verb, partyOf(call), end].filter(Boolean).join(" ")} onClose={onClose}>
      <form onSubmit={onSubmit} noValidate class="cmd-form">
        <p>
          Waiting in {queue}.
          {kind === "pick" && " The agent's phone rings first; until it is answered, the caller waits on."}
        </p>
        {kind === "pick" && (
          <SelectField
            label="Agent"
            value={value}
            options={agents.map((one) => ({ value: one.agent, text: choiceText(one) }))}
            onChange={setValue}
          />
        )}
        {kind === "move" && (
          <Field
            label="To"
            hint="A number, or the extension of another queue. Place and wait begin anew there."
            suggestions={readDestinations()}
            isFirst
            {...field}
          />
        )}
        {kind === "prioritize" && (
          <Field
            label="Priority"
            hint={`0 to 1000; a higher one comes first. Now: ${priority ?? "not known"}.`}
            isFirst
            {...field}
          />
        )}
        <p class="cmd-problem" role="status">
          {blocked}
        </p>
        <FormActions submit={button} onCancel={onClose} isBlocked={blocked !== null} />
      </form>
    </Dialog>
  );
}

function firstValue({ kind, priority }: CallerForm, agents: readonly AgentDisplay[]): string {
  if (kind === "pick") return agents[0]?.agent ?? "";
  return kind === "prioritize" && priority !== null ? String(priority) : "";
}

/** The dialog that collects the rest of a command: queue, pause reason, penalty, number or phone. */
import { useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";
import { Field, SelectField } from "../command/field.tsx";
import { FormActions } from "../command/form-actions.tsx";
import { callChange, withParty } from "../command/shown-call.ts";
import { useCommand, useNameOf } from "../command/use-command.ts";
import { ReasonField } from "../input/reason-field.tsx";
import { readPhone } from "../input/remembered.ts";
import { isNameGranted } from "../store/token.ts";
import { useStore } from "../ui/hooks.ts";
import { agentDisplay } from "./agent-display.ts";
import { allQueues, type FormInput, parseForm, phoneForms, rememberForm, spyModes } from "./form.ts";
import type { AgentForm } from "./menu-entries.ts";
import { choicesOf } from "./queue-choice.ts";
import { useGrantedQueues } from "./use-queues.ts";

const titles: Readonly<Record<AgentForm["kind"], { title: string; button: string }>> = {
  pause: { title: "Pause", button: "Pause" },
  logOn: { title: "Log on", button: "Log on" },
  logOff: { title: "Log off", button: "Log off" },
  transfer: { title: "Transfer the call of", button: "Transfer" },
  call: { title: "Call", button: "Call" },
  listen: { title: "Listen to the call of", button: "Listen" },
  pickup: { title: "Pick up the call that rings at", button: "Pick up" },
};

const modeTexts = {
  listen: "Nobody hears me",
  whisper: "The agent hears me",
  barge: "Both parties hear me",
} as const satisfies Record<(typeof spyModes)[number], string>;
const modeOptions = spyModes.map((value) => ({ value, text: modeTexts[value] }));

/** The forms about a call: they name it, and are of no use for another one. */
const callForms: ReadonlySet<AgentForm["kind"]> = new Set(["transfer", "listen", "pickup"] as const);

const allOption = { value: allQueues, text: "All queues" };

export function FormDialog({ form, onClose }: Readonly<{ form: AgentForm; onClose: () => void }>) {
  const { state, signedIn } = useStore();
  const commands = useCommand();
  const nameOf = useNameOf();
  const granted = useGrantedQueues();
  const view = state.agent(form.agent);
  const { pausable, joined, others } = view
    ? choicesOf(agentDisplay(view), granted)
    : { pausable: [], joined: [], others: granted };
  const choices: Partial<Record<AgentForm["kind"], readonly string[]>> = {
    pause: pausable,
    logOn: others,
    logOff: joined,
  };
  const queues = choices[form.kind] ?? [];
  const options = queues.map((queue) => ({ value: queue, text: queue }));
  const [input, setInput] = useState<FormInput>({
    queue: form.kind === "logOn" ? (others[0] ?? "") : allQueues,
    text: phoneForms.has(form.kind) ? readPhone() : "",
    mode: spyModes[0],
  });
  const [isSubmitted, setIsSubmitted] = useState(false);
  const parsed = parseForm(form, input, (agent) => isNameGranted(signedIn.claims.agents, agent));
  const problem = isSubmitted && !parsed.ok ? parsed.problem : null;
  const { title, button } = titles[form.kind];
  const isOfCall = callForms.has(form.kind);
  const changeNow = (): string | null =>
    isOfCall ? callChange(form.call, state.agent(form.agent)?.call ?? null, nameOf(form.agent)) : null;
  const blocked = commands.blocked ?? changeNow();

  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    setIsSubmitted(true);
    // The call may have changed since the last redraw.
    if (!parsed.ok || commands.blocked !== null || changeNow() !== null) return;
    rememberForm(form, input);
    onClose();
    commands.request(parsed.command, { confirmed: true, call: isOfCall ? form.call : null });
  };
  const onText = (text: string): void => setInput({ ...input, text });
  return (
    <Dialog title={`${title} ${nameOf(form.agent)}${isOfCall ? withParty(form.call) : ""}`} onClose={onClose}>
      <form onSubmit={onSubmit} noValidate class="cmd-form">
        {queues.length > 0 && (
          <SelectField
            label="Queue"
            value={input.queue}
            options={form.kind === "logOn" ? options : [allOption, ...options]}
            onChange={(queue) => setInput({ ...input, queue })}
          />
        )}
        {form.kind === "listen" && <ModeField mode={input.mode} onChange={(mode) => setInput({ ...input, mode })} />}
        <FormField
          kind={form.kind}
          isFirst={form.kind !== "logOn" && form.kind !== "listen"}
          value={input.text}
          onInput={onText}
          problem={problem}
        />
        <p class="cmd-problem" role="status">
          {blocked}
        </p>
        <FormActions
          submit={button}
          onCancel={onClose}
          isBlocked={blocked !== null}
          isDestructive={form.kind === "logOff"}
        />
      </form>
    </Dialog>
  );
}

function ModeField({
  mode = spyModes[0],
  onChange,
}: Readonly<{ mode: string | undefined; onChange: (mode: string) => void }>) {
  return <SelectField label="Mode" value={mode} options={modeOptions} onChange={onChange} />;
}

type FieldProps = Readonly<{
  kind: AgentForm["kind"];
  value: string;
  onInput: (text: string) => void;
  problem: string | null;
  isFirst: boolean;
}>;

function FormField({ kind, ...field }: FieldProps) {
  switch (kind) {
    case "pause":
      return <ReasonField label="Reason" hint="Optional." {...field} />;
    case "logOn":
      return (
        <Field label="Penalty" hint="0 if left empty. Members with a lower penalty are called first." {...field} />
      );
    case "transfer":
      return <Field label="To" type="tel" {...field} />;
    case "listen":
    case "pickup":
      return <Field label="With my phone" hint="It rings first." type="tel" {...field} />;
    case "call":
      return <Field label="From my phone" hint="Your phone rings first." type="tel" {...field} />;
    case "logOff":
      return <p>The agent gets no calls from there until the next log-on.</p>;
  }
}

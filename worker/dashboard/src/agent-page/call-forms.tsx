/** The forms of an agent's call: a number to dial or to transfer to, and digits for the other party. */
import type { CommandInput } from "@pbxis/shared/client";
import type { Ref } from "preact";
import { useRef, useState } from "preact/hooks";
import { CommandButton } from "../command/button.tsx";
import { Field } from "../command/field.tsx";
import { callChange, type ShownCall } from "../command/shown-call.ts";
import { useCommand, useNameOf } from "../command/use-command.ts";
import { cleanNumber, digitsProblem, numberProblem } from "../input/input-check.ts";

type Typed = Readonly<{
  text: string;
  problem: string | null;
  input: Ref<HTMLInputElement>;
  onInput: (text: string) => void;
  /** Calls `send` and empties the field, unless there is a problem or the call is another one than at the first key. */
  submit: (isAboutCall: boolean, send: () => void) => void;
}>;

/** The text of a form about the call that the agent had when the user began to type. */
function useTyped(agent: string, call: ShownCall | null, check: (text: string) => string | null): Typed {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [callBefore, setCallBefore] = useState(call);
  const input = useRef<HTMLInputElement>(null);
  const nameOf = useNameOf();
  const onInput = (typed: string): void => {
    if (text === "") setCallBefore(call);
    setText(typed);
    setProblem((before) => before && check(typed));
  };
  const submit = (isAboutCall: boolean, send: () => void): void => {
    const found = check(text) ?? (isAboutCall ? callChange(callBefore, call, nameOf(agent)) : null);
    setProblem(found);
    setCallBefore(call);
    if (found !== null) {
      input.current?.focus();
      return;
    }
    send();
    setText("");
  };
  return { text, problem, input, onInput, submit };
}

type DialProps = Readonly<{ agent: string; call: ShownCall | null; canTransfer: boolean }>;

export function DialForm({ agent, call, canTransfer }: DialProps) {
  const commands = useCommand();
  const typed = useTyped(agent, call, (text) => numberProblem(cleanNumber(text)));
  const to = cleanNumber(typed.text);
  const dial: CommandInput = { type: "originate", agent, to };
  const transfer: CommandInput = { type: "redirect", agent, to };
  const consult: CommandInput = { type: "attendedTransfer", agent, to };
  const transfers = [transfer, consult].filter((command) => canTransfer && commands.offers(command));
  if (!commands.offers(dial) && transfers.length === 0) return null;
  const request = (command: CommandInput) => (): void =>
    typed.submit(command !== dial, () => commands.request(command, { call }));
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (commands.blocked !== null || commands.isPending(dial)) return;
    // Enter dials and never transfers, so that a slip does not give a call away.
    if (commands.offers(dial)) request(dial)();
  };
  return (
    <form class="ap-form" onSubmit={onSubmit} noValidate>
      <Field
        label={transfers.length > 0 ? "Dial or transfer to" : "Dial"}
        type="tel"
        value={typed.text}
        onInput={typed.onInput}
        problem={typed.problem}
        inputRef={typed.input}
      />
      <div class="ap-buttons">
        <CommandButton commands={commands} command={dial} onRun={request(dial)} kind="main">
          Dial
        </CommandButton>
        {transfers.map((command) => (
          <CommandButton key={command.type} commands={commands} command={command} onRun={request(command)}>
            {command === consult ? "Consult first" : "Transfer"}
          </CommandButton>
        ))}
      </div>
    </form>
  );
}

/** CM25, for menus at the other end. */
export function DigitsForm({ agent, call }: Readonly<{ agent: string; call: ShownCall | null }>) {
  const commands = useCommand();
  const typed = useTyped(agent, call, (text) => digitsProblem(cleanNumber(text)));
  const command: CommandInput = { type: "sendDigits", agent, digits: cleanNumber(typed.text) };
  if (!commands.offers(command)) return null;
  const send = (): void => typed.submit(true, () => commands.request(command, { call }));
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (commands.blocked === null && !commands.isPending(command)) send();
  };
  return (
    <form class="ap-form" onSubmit={onSubmit} noValidate>
      <Field
        label="Digits"
        type="tel"
        value={typed.text}
        onInput={typed.onInput}
        problem={typed.problem}
        inputRef={typed.input}
      />
      <div class="ap-buttons">
        <CommandButton commands={commands} command={command} onRun={send}>
          Send digits
        </CommandButton>
      </div>
    </form>
  );
}

/** The agent's call with its commands, and a form to dial or to transfer. */
import type { CommandInput } from "@pbxis/shared/client";
import { useRef, useState } from "preact/hooks";
import type { AgentDisplay } from "../agents/agent-display.ts";
import { callStateOf } from "../agents/menu-entries.ts";
import { CommandButton } from "../command/button.tsx";
import { Field } from "../command/field.tsx";
import { cleanNumber, numberProblem } from "../command/input-check.ts";
import { isSameCall, partyOf, type ShownCall, withParty } from "../command/shown-call.ts";
import { useCommand } from "../command/use-command.ts";
import { formatDuration } from "../ui/format.ts";

export function CallPanel({ display, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  const commands = useCommand();
  const { agent, call } = display;
  const { hasCall, isConnected } = callStateOf(display);
  return (
    <section class="ap-panel" aria-labelledby="ap-call">
      <h2 id="ap-call">Call</h2>
      <CallNow display={display} now={now} />
      {hasCall && (
        <div class="ap-buttons">
          {isConnected && (
            <CommandButton commands={commands} command={{ type: "park", agent }} call={call}>
              Park
            </CommandButton>
          )}
          <CommandButton commands={commands} command={{ type: "hangup", agent }} call={call} kind="destructive">
            Hang up
          </CommandButton>
        </div>
      )}
      <DialForm agent={agent} call={call} canTransfer={isConnected} />
    </section>
  );
}

/** Of several calls this is the latest (EV13). A command that needs to know which call is meant asks for it (CM10). */
function CallNow({ display: { call, state, note, since }, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  if (!call)
    return (
      <p class="ap-none">{state === "talking" || state === "ringing" ? `${state}, other party unknown` : "No call."}</p>
    );
  const isInState = (state === "talking" || state === "ringing") && since !== null;
  return (
    <dl class="ap-call">
      <div>
        <dt>{state === "ringing" ? "Call from" : "Talking with"}</dt>
        <dd class="ap-party">{partyOf(call)}</dd>
      </div>
      <div>
        <dt>Queue</dt>
        <dd>{call.queueName ?? "none (direct call)"}</dd>
      </div>
      {isInState && (
        <div>
          <dt>{state === "ringing" ? "Ringing for" : "Talking for"}</dt>
          <dd>
            {formatDuration(now - since)}
            {note && ` (${note})`}
          </dd>
        </div>
      )}
    </dl>
  );
}

type DialProps = Readonly<{ agent: string; call: ShownCall | null; canTransfer: boolean }>;

function DialForm({ agent, call, canTransfer }: DialProps) {
  const commands = useCommand();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  /** The call when the user began to type: a transfer means that one. */
  const [callBefore, setCallBefore] = useState(call);
  const input = useRef<HTMLInputElement>(null);
  const to = cleanNumber(text);
  const dial: CommandInput = { type: "originate", agent, to };
  const transfer: CommandInput = { type: "redirect", agent, to };
  const offersTransfer = canTransfer && commands.offers(transfer);
  if (!commands.offers(dial) && !offersTransfer) return null;

  const onInput = (typed: string): void => {
    if (text === "") setCallBefore(call);
    setText(typed);
    setProblem((before) => before && numberProblem(cleanNumber(typed)));
  };
  const submit = (command: CommandInput): void => {
    const isOther = command.type === "redirect" && !isSameCall(callBefore, call);
    const found = numberProblem(to) ?? (isOther ? `The call has changed: it is now${withParty(call)}.` : null);
    setProblem(found);
    setCallBefore(call);
    if (found !== null) {
      input.current?.focus();
      return;
    }
    commands.request(command, { call });
    setText("");
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (commands.blocked !== null || commands.isPending(dial)) return;
    // Enter dials and never transfers, so that a slip does not give a call away.
    if (commands.offers(dial)) submit(dial);
  };
  return (
    <form class="ap-dial" onSubmit={onSubmit} noValidate>
      <Field
        label={offersTransfer ? "Dial or transfer to" : "Dial"}
        type="tel"
        value={text}
        onInput={onInput}
        problem={problem}
        inputRef={input}
      />
      <div class="ap-buttons">
        <CommandButton commands={commands} command={dial} onRun={() => submit(dial)} kind="main">
          Dial
        </CommandButton>
        {offersTransfer && (
          <CommandButton commands={commands} command={transfer} onRun={() => submit(transfer)}>
            Transfer
          </CommandButton>
        )}
      </div>
    </form>
  );
}

/** The agent's call, what can be done with it, and a number to dial or to transfer to. */
import type { CommandInput } from "@pbxis/shared/client";
import { useRef, useState } from "preact/hooks";
import { callStateOf } from "../agents/actions.ts";
import type { AgentLine } from "../agents/agent-state.ts";
import { partyOf } from "../agents/card.tsx";
import { CommandButton } from "../command/button.tsx";
import { Field } from "../command/field.tsx";
import { cleanNumber, numberProblem } from "../command/input-check.ts";
import { useCommand } from "../command/use-command.ts";
import { formatDuration } from "../ui/format.ts";

export function CallPanel({ line, now }: Readonly<{ line: AgentLine; now: number }>) {
  const commands = useCommand();
  const { agent } = line;
  const { hasCall, isConnected } = callStateOf(line);
  return (
    <section class="ap-panel" aria-labelledby="ap-call">
      <h2 id="ap-call">Call</h2>
      <CallNow line={line} now={now} />
      {hasCall && (
        <div class="ap-buttons">
          {isConnected && (
            <CommandButton commands={commands} command={{ type: "park", agent }}>
              Park
            </CommandButton>
          )}
          <CommandButton commands={commands} command={{ type: "hangup", agent }} kind="destructive">
            Hang up
          </CommandButton>
        </div>
      )}
      <DialForm agent={agent} canTransfer={isConnected} />
    </section>
  );
}

/** With several calls the site tells of the one that came last (EV13); which one is meant is asked when it matters. */
function CallNow({ line: { call, word, note, since }, now }: Readonly<{ line: AgentLine; now: number }>) {
  if (!call)
    return (
      <p class="ap-none">{word === "talking" || word === "ringing" ? `${word}, with nobody known` : "No call."}</p>
    );
  const isInState = (word === "talking" || word === "ringing") && since !== null;
  return (
    <dl class="ap-call">
      <div>
        <dt>{word === "ringing" ? "Calling" : "Talking with"}</dt>
        <dd class="ap-party">{partyOf(call)}</dd>
      </div>
      <div>
        <dt>Queue</dt>
        <dd>{call.queueName ?? "none: a direct call"}</dd>
      </div>
      {isInState && (
        <div>
          <dt>{word === "ringing" ? "Ringing for" : "Talking for"}</dt>
          <dd>
            {formatDuration(now - since)}
            {note && ` (${note})`}
          </dd>
        </div>
      )}
    </dl>
  );
}

function DialForm({ agent, canTransfer }: Readonly<{ agent: string; canTransfer: boolean }>) {
  const commands = useCommand();
  const [text, setText] = useState("");
  const [isTried, setIsTried] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const to = cleanNumber(text);
  const problem = numberProblem(to);
  const dial: CommandInput = { type: "originate", agent, to };
  const transfer: CommandInput = { type: "redirect", agent, to };
  const offersTransfer = canTransfer && commands.offers(transfer);
  if (!commands.offers(dial) && !offersTransfer) return null;

  const ask = (command: CommandInput): void => {
    setIsTried(problem !== null);
    if (problem !== null) {
      input.current?.focus();
      return;
    }
    commands.ask(command);
    setText("");
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (commands.blocked !== null || commands.isPending(dial)) return;
    // Enter never transfers: a call would be gone by a slip of the hand.
    if (commands.offers(dial)) ask(dial);
  };
  return (
    <form class="ap-dial" onSubmit={onSubmit} noValidate>
      <Field
        label={offersTransfer ? "Dial or transfer to" : "Dial"}
        type="tel"
        value={text}
        onInput={setText}
        problem={isTried ? problem : null}
        inputRef={input}
      />
      <div class="ap-buttons">
        <CommandButton commands={commands} command={dial} onRun={() => ask(dial)} kind="main">
          Dial
        </CommandButton>
        {offersTransfer && (
          <CommandButton commands={commands} command={transfer} onRun={() => ask(transfer)}>
            Transfer
          </CommandButton>
        )}
      </div>
    </form>
  );
}

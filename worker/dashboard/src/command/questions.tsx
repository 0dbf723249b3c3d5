/** The two questions that an action may ask: whether it is meant, and which call is meant (CM10). */
import type { Candidate, CommandInput } from "@pbxis/shared/client";
import { targetOf } from "./desk.ts";
import { Dialog } from "./dialog.tsx";
import { candidateWords, commandWords, consequence } from "./words.ts";

type NameOf = (agent: string) => string;

type ConfirmProps = Readonly<{
  command: CommandInput;
  nameOf: NameOf;
  /** Why it cannot be answered with yes just now; null if it can. */
  blocked: string | null;
  onConfirm: () => void;
  onCancel: () => void;
}>;

export function ConfirmDialog({ command, nameOf, blocked, onConfirm, onCancel }: ConfirmProps) {
  const { wish } = commandWords(command, nameOf);
  return (
    <Dialog title={`${wish}?`} onClose={onCancel}>
      <p>{consequence(command)}</p>
      <Blocked why={blocked} />
      <div class="ui-actions">
        <button type="button" class="ui-button" onClick={onCancel}>
          Cancel
        </button>
        <button
          type="button"
          class="ui-button cmd-destructive"
          aria-disabled={blocked !== null}
          onClick={() => blocked === null && onConfirm()}
        >
          {buttonWord(command)}
        </button>
      </div>
    </Dialog>
  );
}

function Blocked({ why }: Readonly<{ why: string | null }>) {
  return (
    <p class="cmd-problem" role="status">
      {why}
    </p>
  );
}

function buttonWord({ type }: CommandInput): string {
  switch (type) {
    case "hangup":
      return "Hang up";
    case "queueRemove":
      return "Log off";
    case "queueReset":
      return "Reset";
    default:
      return "Do it";
  }
}

type CandidateProps = Readonly<{
  command: CommandInput;
  candidates: readonly Candidate[];
  nameOf: NameOf;
  blocked: string | null;
  onChoose: (candidate: Candidate) => void;
  onCancel: () => void;
}>;

export function CandidateDialog({ command, candidates, nameOf, blocked, onChoose, onCancel }: CandidateProps) {
  const { agent = "" } = targetOf(command);
  return (
    <Dialog title={`${nameOf(agent)} has several calls`} onClose={onCancel}>
      <p>{commandWords(command, nameOf).wish}: which one? Nothing was done so far.</p>
      <Blocked why={blocked} />
      <ul class="cmd-candidates">
        {candidates.map((candidate) => {
          const { title, text } = candidateWords(candidate, nameOf(agent));
          return (
            <li key={candidate.agentChannel}>
              <button
                type="button"
                class="ui-button cmd-candidate"
                aria-disabled={blocked !== null}
                onClick={() => blocked === null && onChoose(candidate)}
              >
                <strong>{title}</strong>
                <span>{text}</span>
              </button>
            </li>
          );
        })}
      </ul>
      <div class="ui-actions">
        <button type="button" class="ui-button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

/** The two dialogs of an action: the confirmation, and the choice among several calls (CM10). */
import type { Candidate, CommandInput } from "@pbxis/shared/client";
import type { Intent } from "./action.ts";
import { Dialog } from "./dialog.tsx";
import { candidateText, commandText, consequence } from "./texts.ts";
import { targetOf } from "./tracker.ts";

type NameOf = (agent: string) => string;

type ConfirmProps = Readonly<{
  intent: Intent;
  nameOf: NameOf;
  /** Why it cannot be confirmed now, or not any more; null if it can. */
  blocked: string | null;
  onConfirm: () => void;
  onCancel: () => void;
}>;

export function ConfirmDialog({ intent, nameOf, blocked, onConfirm, onCancel }: ConfirmProps) {
  const { request } = commandText(intent, nameOf);
  return (
    <Dialog title={`${request}?`} onClose={onCancel}>
      <p>{consequence(intent)}</p>
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
          {confirmLabel(intent.command)}
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

function confirmLabel({ type }: CommandInput): string {
  switch (type) {
    case "hangup":
    case "hangupCaller":
      return "Hang up";
    case "recording":
      return "Stop";
    case "queueRemove":
      return "Log off";
    case "queueReset":
      return "Reset";
    default:
      return "Confirm";
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
      <p>{commandText({ command, call: null }, nameOf).request}: choose the call. Nothing has been done yet.</p>
      <Blocked why={blocked} />
      <ul class="cmd-candidates">
        {candidates.map((candidate) => {
          const { title, text } = candidateText(candidate, nameOf(agent));
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

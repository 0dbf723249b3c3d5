/** One webhook: what it gets, whether it sends, its tries and dead letters, and what an admin can do with it. */
import { useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";
import { problemText } from "../store/problem-text.ts";
import type { Attempt, DeadLetter, NewWebhook, Webhook, WebhookApi } from "../store/webhook-api.ts";
import { formatClock } from "../ui/format.ts";
import { alertText } from "./alert-form.ts";
import { WebhookDialog } from "./webhook-dialog.tsx";
import { attemptText, isTaken, scopeText, stopText } from "./webhook-texts.ts";

type Props = Readonly<{
  api: WebhookApi;
  webhook: Webhook;
  onChanged: () => void;
  onSecret: (secret: string) => void;
}>;

/** What is open below the webhook. */
type Opened =
  | Readonly<{ kind: "attempts"; attempts: readonly Attempt[] }>
  | Readonly<{ kind: "letters"; letters: readonly DeadLetter[] }>;

export function WebhookCard({ api, webhook, onChanged, onSecret }: Props) {
  const { id, disabled } = webhook;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [said, setSaid] = useState<Readonly<{ text: string; isProblem: boolean }> | null>(null);
  const [asking, setAsking] = useState<"edit" | "delete" | null>(null);
  const act = (what: () => Promise<string>): void => {
    setSaid(null);
    what().then(
      (text) => setSaid({ text, isProblem: false }),
      (error: unknown) => setSaid({ text: problemText(error), isProblem: true }),
    );
  };
  const openAttempts = async (): Promise<string> => {
    setOpened({ kind: "attempts", attempts: await api.attempts(id) });
    return "";
  };
  const openLetters = async (): Promise<string> => {
    setOpened({ kind: "letters", letters: await api.deadLetters(id) });
    return "";
  };
  const test = async (): Promise<string> => `Test: ${attemptText(await api.test(id))}`;
  const stop = async (): Promise<string> => {
    await api.setStopped(id, disabled === null);
    onChanged();
    return disabled === null ? "Stopped." : "Resumed.";
  };
  const edit = async (changed: NewWebhook): Promise<void> => {
    await api.change(id, changed);
    setAsking(null);
    onChanged();
  };
  const renew = async (): Promise<string> => {
    onSecret(await api.renewSecret(id));
    return "The old secret signs beside the new one for 24 hours.";
  };
  const replay = async (letters: readonly DeadLetter[]): Promise<string> => {
    await api.replay(
      id,
      letters.map((letter) => letter.id),
    );
    await openLetters();
    return letters.length === 1 ? "One message will be sent again." : `${letters.length} messages will be sent again.`;
  };
  const remove = async (): Promise<string> => {
    setAsking(null);
    await api.remove(id);
    onChanged();
    return "Deleted.";
  };
  return (
    <article class="wh-card" data-disabled={disabled !== null}>
      <h2>{webhook.description || webhook.url}</h2>
      {webhook.description !== "" && <p class="wh-url">{webhook.url}</p>}
      <p class="wh-state">
        {disabled === null ? "Active" : `Disabled since ${formatClock(disabled.at, Date.now())}: ${stopText(disabled)}`}
      </p>
      <p class="wh-about">
        {webhook.types.join(", ") || "no events"} · {scopeText(webhook)}
      </p>
      {webhook.alerts.length > 0 && (
        <ul class="wh-about">
          {webhook.alerts.map((alert) => (
            <li key={alertText(alert)}>{alertText(alert)}</li>
          ))}
        </ul>
      )}
      <div class="wh-actions">
        <Action text="Edit" onClick={() => setAsking("edit")} />
        <Action text="Test" onClick={() => act(test)} />
        <Action text="Attempts" isOpen={opened?.kind === "attempts"} onClick={() => act(openAttempts)} />
        <Action text="Dead letters" isOpen={opened?.kind === "letters"} onClick={() => act(openLetters)} />
        <Action text={disabled === null ? "Stop" : "Resume"} onClick={() => act(stop)} />
        <Action text="New secret" onClick={() => act(renew)} />
        <Action text="Delete" onClick={() => setAsking("delete")} />
      </div>
      <p class={said?.isProblem ? "ui-problem" : "wh-said"} role={said?.isProblem ? "alert" : "status"}>
        {said?.text}
      </p>
      {opened?.kind === "attempts" && <Attempts attempts={opened.attempts} />}
      {opened?.kind === "letters" && (
        <Letters letters={opened.letters} onReplay={(letters) => act(() => replay(letters))} />
      )}
      {asking === "edit" && (
        <WebhookDialog
          title="Edit the webhook"
          save={["Save", "Saving…"]}
          webhook={webhook}
          onSave={edit}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "delete" && (
        <Dialog title="Delete this webhook?" onClose={() => setAsking(null)}>
          <p>{webhook.url} receives nothing more, and the dead letters are deleted.</p>
          <div class="ui-actions">
            <button type="button" class="ui-button" data-first onClick={() => setAsking(null)}>
              Keep it
            </button>
            <button type="button" class="ui-button cmd-destructive" onClick={() => act(remove)}>
              Delete it
            </button>
          </div>
        </Dialog>
      )}
    </article>
  );
}

function Action({ text, isOpen, onClick }: Readonly<{ text: string; isOpen?: boolean; onClick: () => void }>) {
  return (
    <button type="button" class="ui-button" aria-expanded={isOpen} onClick={onClick}>
      {text}
    </button>
  );
}

function Attempts({ attempts }: Readonly<{ attempts: readonly Attempt[] }>) {
  if (attempts.length === 0) return <p class="wh-none">Nothing has been sent yet.</p>;
  return (
    <table class="wh-table">
      <caption>The last attempts, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Message</th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map((attempt) => (
          <tr key={`${attempt.at} ${attempt.id}`} data-taken={isTaken(attempt)}>
            <td>{formatClock(attempt.at, Date.now())}</td>
            <td>{attempt.id}</td>
            <td class="wh-answer">{attemptText(attempt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type LettersProps = Readonly<{
  letters: readonly DeadLetter[];
  onReplay: (letters: readonly DeadLetter[]) => void;
}>;

function Letters({ letters, onReplay }: LettersProps) {
  if (letters.length === 0) return <p class="wh-none">There are no dead letters.</p>;
  return (
    <>
      <button type="button" class="ui-button" onClick={() => onReplay(letters)}>
        Send all again
      </button>
      <table class="wh-table">
        <caption>Messages that could not be delivered, oldest first</caption>
        <thead>
          <tr>
            <th scope="col">Given up</th>
            <th scope="col">Message</th>
            <th scope="col">Last answer</th>
            <th scope="col">
              <span class="ui-hidden">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <tr key={letter.id}>
              <td>{formatClock(letter.at, Date.now())}</td>
              <td>
                {letter.type} {letter.id}
              </td>
              <td>{letter.status ?? letter.problem}</td>
              <td>
                <button type="button" class="ui-button" onClick={() => onReplay([letter])}>
                  Send again
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

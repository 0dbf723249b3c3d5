/** The dialog that makes a webhook, or changes one. */
import { useId, useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";
import { Field } from "../command/field.tsx";
import { FormActions } from "../command/form-actions.tsx";
import { problemText } from "../store/problem-text.ts";
import type { NewWebhook } from "../store/webhook-api.ts";
import { AlertFields } from "./alert-fields.tsx";
import { type AlertDraft, alertDraft, readAlerts } from "./alert-form.ts";
import { defaultWebhook, namesOf, namesText, typeChoices } from "./webhook-texts.ts";

type Props = Readonly<{
  title: string;
  /** The button that saves, and what it says meanwhile. */
  save: readonly [text: string, saving: string];
  webhook?: NewWebhook;
  /** Rejects if the site refuses it. */
  onSave: (webhook: NewWebhook) => Promise<void>;
  onClose: () => void;
}>;

export function WebhookDialog({ title, save, webhook = defaultWebhook, onSave, onClose }: Props) {
  const [url, setUrl] = useState(webhook.url);
  const [description, setDescription] = useState(webhook.description);
  const [queues, setQueues] = useState(namesText(webhook.queues));
  const [agents, setAgents] = useState(namesText(webhook.agents));
  const [callers, setCallers] = useState(webhook.callers);
  const [types, setTypes] = useState(webhook.types);
  const [alerts, setAlerts] = useState<readonly AlertDraft[]>(() => webhook.alerts.map(alertDraft));
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isSending) return;
    const read = readAlerts(alerts);
    setProblem(read.problem);
    if (read.problem !== null) return;
    setSending(true);
    const names = { queues: namesOf(queues), agents: namesOf(agents) };
    const texts = { url: url.trim(), description: description.trim() };
    try {
      await onSave({ ...texts, ...names, types, callers, alerts: read.alerts });
    } catch (error) {
      setProblem(problemText(error));
      setSending(false);
    }
  };
  const firstQueue = namesOf(queues).find((name) => name !== "*") ?? "";
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="wh-form" onSubmit={submit} aria-busy={isSending} noValidate>
        <Field label="URL" value={url} onInput={setUrl} problem={null} isFirst hint="https: and a public host" />
        <Field label="Description" value={description} onInput={setDescription} problem={null} />
        <Field label="Queues" value={queues} onInput={setQueues} problem={null} hint={namesHint} />
        <Field label="Agents" value={agents} onInput={setAgents} problem={null} hint={namesHint} />
        <fieldset class="wh-types">
          <legend>Events</legend>
          {typeChoices(webhook.types).map(([type, text]) => (
            <Check
              key={type}
              isOn={types.includes(type)}
              onChange={(isOn) => setTypes(isOn ? [...types, type] : types.filter((one) => one !== type))}
            >
              <code>{type}</code> {text}
            </Check>
          ))}
        </fieldset>
        <Check isOn={callers} onChange={setCallers}>
          Send callers’ numbers and names
        </Check>
        <AlertFields alerts={alerts} queue={firstQueue} onChange={setAlerts} />
        <p class="ui-problem" role="alert">
          {problem}
        </p>
        <FormActions submit={save[isSending ? 1 : 0]} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

const namesHint = "Separated by commas. Empty for all.";

type CheckProps = Readonly<{
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  children: preact.ComponentChildren;
}>;

function Check({ isOn, onChange, children }: CheckProps) {
  const id = useId();
  return (
    <div class="wh-check">
      <input id={id} type="checkbox" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      <label for={id}>{children}</label>
    </div>
  );
}

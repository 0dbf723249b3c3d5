/** The dialog that makes a webhook, and the one that shows its secret. */
import { useId, useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";
import { Field } from "../command/field.tsx";
import { problemText } from "../store/problem-text.ts";
import type { NewWebhook } from "../store/webhook-api.ts";
import { namesOf, webhookTypes } from "./webhook-texts.ts";

type Props = Readonly<{
  /** Rejects if the site refuses it. */
  onCreate: (webhook: NewWebhook) => Promise<void>;
  onClose: () => void;
}>;

export function NewWebhookDialog({ onCreate, onClose }: Props) {
  const [url, setUrl] = useState("https://");
  const [description, setDescription] = useState("");
  const [queues, setQueues] = useState("");
  const [agents, setAgents] = useState("");
  const [callers, setCallers] = useState(false);
  const [types, setTypes] = useState(() => webhookTypes.filter(([, , isChosen]) => isChosen).map(([type]) => type));
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    const names = { queues: namesOf(queues), agents: namesOf(agents) };
    try {
      await onCreate({ url: url.trim(), description: description.trim(), types, callers, ...names });
    } catch (error) {
      setProblem(problemText(error));
      setSending(false);
    }
  };
  return (
    <Dialog title="New webhook" onClose={onClose}>
      <form class="wh-form" onSubmit={submit} aria-busy={isSending}>
        <Field label="URL" value={url} onInput={setUrl} problem={null} isFirst hint="https: and a public host" />
        <Field label="Description" value={description} onInput={setDescription} problem={null} />
        <Field label="Queues" value={queues} onInput={setQueues} problem={null} hint="with commas; empty for all" />
        <Field label="Agents" value={agents} onInput={setAgents} problem={null} hint="with commas; empty for all" />
        <fieldset class="wh-types">
          <legend>Events</legend>
          {webhookTypes.map(([type, text]) => (
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
        <p class="ui-problem" role="alert">
          {problem}
        </p>
        <div class="ui-actions">
          <button type="button" class="ui-button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="ui-button ui-primary">
            {isSending ? "Creating…" : "Create"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

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

/** Closing it is final: the site does not show a secret twice. */
export function SecretDialog({ secret, onClose }: Readonly<{ secret: string; onClose: () => void }>) {
  const id = useId();
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => void navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <Dialog title="The webhook’s secret" onClose={onClose}>
      <p>The receiver checks signatures with it. It is shown this once; copy it now.</p>
      <label for={id}>Secret</label>
      <input
        id={id}
        class="ui-input wh-secret"
        readOnly
        data-first
        value={secret}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p role="status">{isCopied ? "Copied." : ""}</p>
      <div class="ui-actions">
        <button type="button" class="ui-button" onClick={copy}>
          Copy
        </button>
        <button type="button" class="ui-button ui-primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

/** The dialog that shows a webhook's secret. Closing it is final: the site does not show a secret twice. */
import { useId, useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";

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

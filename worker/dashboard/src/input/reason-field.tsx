/** The field for a pause's reason: one of the list, or any other text. */
import { useState } from "preact/hooks";
import { Dialog } from "../command/dialog.tsx";
import { Field } from "../command/field.tsx";
import { FormActions } from "../command/form-actions.tsx";
import { Icon } from "../ui/icon.tsx";
import { readReasonText, storedReasons, storeReasons } from "./reason-list.ts";
import { readReasons } from "./remembered.ts";

type Props = Readonly<{
  label: string;
  value: string;
  onInput: (value: string) => void;
  problem: string | null;
  hint?: string;
  isFirst?: boolean;
  /** Whether the list can be changed here. */
  canSet?: boolean;
}>;

export function ReasonField({ canSet = false, ...field }: Props) {
  const [reasons, setReasons] = useState(storedReasons);
  const [isSetting, setIsSetting] = useState(false);
  const { value, onInput } = field;
  const save = (chosen: readonly string[]): void => {
    storeReasons(chosen);
    setReasons(chosen);
    setIsSetting(false);
  };
  return (
    <div class="cmd-reason">
      <Field {...field} suggestions={readReasons()} />
      <fieldset class="cmd-reasons">
        <legend class="ui-hidden">Usual reasons</legend>
        {reasons.map((reason) => (
          <button
            key={reason}
            type="button"
            class="ui-button"
            aria-pressed={value.trim() === reason}
            onClick={() => onInput(value.trim() === reason ? "" : reason)}
          >
            {reason}
          </button>
        ))}
        {canSet && (
          <button type="button" class="ui-button" aria-haspopup="dialog" onClick={() => setIsSetting(true)}>
            <Icon name="settings" /> Set the list
          </button>
        )}
      </fieldset>
      {isSetting && <ReasonsDialog reasons={reasons} onSave={save} onClose={() => setIsSetting(false)} />}
    </div>
  );
}

type DialogProps = Readonly<{
  reasons: readonly string[];
  onSave: (reasons: readonly string[]) => void;
  onClose: () => void;
}>;

function ReasonsDialog({ reasons, onSave, onClose }: DialogProps) {
  const [text, setText] = useState(reasons.join("\n"));
  const [problem, setProblem] = useState<string | null>(null);
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const read = readReasonText(text);
    setProblem(read.problem);
    if (read.problem === null) onSave(read.reasons);
  };
  return (
    <Dialog title="Pause reasons" onClose={onClose}>
      <form onSubmit={onSubmit} noValidate class="cmd-form">
        <label class="cmd-field">
          <strong>One per line</strong>
          <textarea
            class="ui-input"
            data-first
            rows={6}
            value={text}
            aria-invalid={problem !== null}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <p class="cmd-hint">Offered in this browser. Any other text remains possible.</p>
        <p class="cmd-problem" role="alert">
          {problem}
        </p>
        <FormActions submit="Save" onCancel={onClose} />
      </form>
    </Dialog>
  );
}

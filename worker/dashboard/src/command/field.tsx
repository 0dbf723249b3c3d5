/** Form fields with a label, and for a text field its hint and problem. */
import type { Ref } from "preact";
import { useId } from "preact/hooks";

type Props = Readonly<{
  label: string;
  value: string;
  onInput: (value: string) => void;
  problem: string | null;
  hint?: string;
  /** Offered for completion. */
  suggestions?: readonly string[];
  /** `tel` shows a phone's keypad on touch screens. */
  type?: "text" | "tel";
  inputRef?: Ref<HTMLInputElement>;
  /** Has the focus when the dialog opens. */
  isFirst?: boolean;
}>;

export function Field({
  label,
  value,
  onInput,
  problem,
  hint,
  suggestions = [],
  type = "text",
  inputRef,
  isFirst = false,
}: Props) {
  const id = useId();
  const listId = suggestions.length > 0 ? `${id}-list` : undefined;
  const about = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div class="cmd-field">
      <label for={id}>{label}</label>
      <input
        ref={inputRef ?? null}
        id={id}
        class="ui-input"
        data-first={isFirst || undefined}
        type={type}
        autocomplete="off"
        value={value}
        list={listId}
        aria-invalid={problem !== null}
        aria-describedby={about || undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      {hint && (
        <span id={`${id}-hint`} class="cmd-hint">
          {hint}
        </span>
      )}
      {problem && (
        <span id={`${id}-problem`} class="cmd-problem" role="alert">
          {problem}
        </span>
      )}
      {listId && (
        <datalist id={listId}>
          {suggestions.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </div>
  );
}

type SelectProps = Readonly<{
  label: string;
  value: string;
  options: readonly Readonly<{ value: string; text: string }>[];
  onChange: (value: string) => void;
}>;

export function SelectField({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <div class="cmd-field">
      <label for={id}>{label}</label>
      <select id={id} class="ui-input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(({ value: one, text }) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

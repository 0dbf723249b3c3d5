/** A choice from a list, with its label in front. */
import { useId } from "preact/hooks";

type Props = Readonly<{
  label: string;
  value: string;
  /** Value and text of each. */
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}>;

export function Select({ label, value, options, onChange }: Props) {
  const id = useId();
  return (
    <span class="ui-labelled">
      <label for={id}>{label}</label>
      <select id={id} class="ui-input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

/** Options of names, with the chosen one although it may not be among them: an address can name any. */
export function nameOptions(all: string, names: readonly string[], chosen: string | null): [string, string][] {
  const shown = chosen === null || names.includes(chosen) ? names : [chosen, ...names];
  return [["", all], ...shown.map((name): [string, string] => [name, name])];
}

/** The choice of a period: a preset, or a beginning and an end by the clocks of the site. */
import { useId } from "preact/hooks";
import { Select } from "../ui/select.tsx";
import { type Period, presets, presetTexts, rangeOf } from "./period.ts";

type Props = Readonly<{ period: Period; zone: string; problem: string | null; onChange: (period: Period) => void }>;

export function PeriodField({ period, zone, problem, onChange }: Props) {
  const problemId = useId();
  const choose = (value: string): void => {
    const preset = presets.find((one) => one === value);
    onChange(preset ? { kind: preset } : rangeOf(period, Date.now(), zone));
  };
  const field = (part: "from" | "to", label: string) =>
    period.kind === "range" && (
      <label class="ui-labelled">
        {label}
        <input
          class="ui-input"
          type="datetime-local"
          value={period[part]}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : problemId}
          onInput={(event) => onChange({ ...period, [part]: event.currentTarget.value })}
        />
      </label>
    );
  return (
    <>
      <Select
        label="Time"
        value={period.kind}
        options={[...presets.map((one): [string, string] => [one, presetTexts[one]]), ["range", "From … to …"]]}
        onChange={choose}
      />
      {field("from", "From")}
      {field("to", "To")}
      {problem !== null && (
        <p id={problemId} class="ui-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** The dialog that sets the thresholds. A native modal dialog: it keeps the focus inside, and Escape closes it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { nameOptions, Select } from "../ui/select.tsx";
import {
  defaultThresholds,
  type Limit,
  limitNames,
  limitProblem,
  limitRules,
  type Thresholds,
  type ThresholdsByQueue,
  thresholdsOf,
  withThresholds,
} from "./thresholds.ts";

type Props = Readonly<{
  thresholds: ThresholdsByQueue;
  queues: readonly string[];
  onSave: (thresholds: ThresholdsByQueue) => void;
  onClose: () => void;
}>;

export function ThresholdsDialog({ thresholds, queues, onSave, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  /** Null for those of all queues without their own. */
  const [queue, setQueue] = useState<string | null>(null);
  const [draft, setDraft] = useState(thresholds.all);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);

  function choose(name: string): void {
    const chosen = name || null;
    setQueue(chosen);
    setDraft(chosen === null ? thresholds.all : thresholdsOf(thresholds, chosen));
    setProblem(null);
  }

  function store(chosen: Thresholds | null): void {
    onSave(withThresholds(thresholds, queue, chosen));
    dialog.current?.close();
  }

  function save(event: Event): void {
    event.preventDefault();
    const found = limitNames.map((name) => limitProblem(name, draft[name])).find((one) => one !== null) ?? null;
    setProblem(found);
    if (found === null) store(draft);
  }

  return (
    <dialog ref={dialog} class="ui-dialog" aria-labelledby="wb-limits" onClose={onClose}>
      <form onSubmit={save} noValidate>
        <h2 id="wb-limits">Thresholds</h2>
        <p class="wb-limits-help">When a tile needs attention, and when it is critical. Stored in this browser.</p>
        <Select label="For" value={queue ?? ""} options={nameOptions("all queues", queues, queue)} onChange={choose} />
        {limitNames.map((name) => (
          <LimitFields
            key={name}
            name={name}
            limit={draft[name]}
            onChange={(limit) => setDraft({ ...draft, [name]: limit })}
          />
        ))}
        <p class="ui-problem" role="alert">
          {problem}
        </p>
        <div class="ui-actions">
          {queue === null ? (
            <button class="ui-button" type="button" onClick={() => setDraft(defaultThresholds)}>
              Defaults
            </button>
          ) : (
            <button class="ui-button" type="button" onClick={() => store(null)}>
              As all queues
            </button>
          )}
          <button class="ui-button" type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button class="ui-button ui-primary" type="submit">
            Save
          </button>
        </div>
      </form>
    </dialog>
  );
}

type FieldsProps = Readonly<{ name: keyof Thresholds; limit: Limit; onChange: (limit: Limit) => void }>;

function LimitFields({ name, limit, onChange }: FieldsProps) {
  const { label: legend, unit, max, worse } = limitRules[name];
  const field = (part: keyof Limit, label: string) => (
    <label>
      {label} {worse === "more" ? "from" : "below"}
      <input
        class="ui-input"
        type="number"
        min={0}
        max={max}
        step={1}
        inputMode="numeric"
        value={Number.isNaN(limit[part]) ? "" : limit[part]}
        onInput={(event) => onChange({ ...limit, [part]: event.currentTarget.valueAsNumber })}
      />
    </label>
  );
  return (
    <fieldset class="wb-limit">
      <legend>
        {legend} ({unit})
      </legend>
      {field("warn", "Attention")}
      {field("bad", "Critical")}
    </fieldset>
  );
}

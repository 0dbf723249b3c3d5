/** Search, queue, order, and the totals, each of which shows only those that it counts. */
import { useId } from "preact/hooks";
import { agentWords } from "./agent-state.ts";
import { type Filter, type Roster, type Sorting, sortings } from "./roster.ts";
import { StateIcon } from "./state-icon.tsx";

const sortingTexts: Readonly<Record<Sorting, string>> = {
  state: "State",
  name: "Name",
  time: "Longest in state",
  talking: "Talking longest",
};

type Props = Readonly<{
  filter: Filter;
  onFilter: (filter: Filter) => void;
  queues: readonly string[];
  roster: Roster;
}>;

export function Toolbar({ filter, onFilter, queues, roster }: Props) {
  return (
    <div class="ag-toolbar">
      <search class="ag-search">
        <input
          class="ui-input"
          type="search"
          aria-label="Search by name or number"
          placeholder="Name or number"
          value={filter.search}
          onInput={(event) => onFilter({ ...filter, search: event.currentTarget.value })}
        />
        <Select
          label="Queue"
          value={filter.queue ?? ""}
          options={[["", "All queues"], ...queueOptions(queues, filter.queue)]}
          onChange={(queue) => onFilter({ ...filter, queue: queue || null })}
        />
        <Select
          label="Order"
          value={filter.sorting}
          options={sortings.map((sorting) => [sorting, sortingTexts[sorting]])}
          onChange={(value) => onFilter({ ...filter, sorting: sortings.find((one) => one === value) ?? "state" })}
        />
      </search>
      <Totals filter={filter} onFilter={onFilter} roster={roster} />
    </div>
  );
}

/** Also the one of the address, which nobody may be in. */
function queueOptions(queues: readonly string[], chosen: string | null): [string, string][] {
  const all = chosen === null || queues.includes(chosen) ? queues : [chosen, ...queues];
  return all.map((queue) => [queue, queue]);
}

function Totals({ filter, onFilter, roster: { totals, total } }: Pick<Props, "filter" | "onFilter" | "roster">) {
  const choose = (word: Filter["word"]): void => onFilter({ ...filter, word: filter.word === word ? null : word });
  return (
    <fieldset class="ag-totals">
      <legend class="ui-hidden">Show by state</legend>
      <button type="button" class="ag-total" aria-pressed={filter.word === null} onClick={() => choose(null)}>
        <strong>{total}</strong> all
      </button>
      {agentWords.map((word) => (
        <button
          key={word}
          type="button"
          class="ag-total"
          data-state={word}
          aria-pressed={filter.word === word}
          onClick={() => choose(word)}
        >
          <StateIcon word={word} />
          <strong>{totals[word]}</strong> {word}
        </button>
      ))}
    </fieldset>
  );
}

type SelectProps = Readonly<{
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}>;

function Select({ label, value, options, onChange }: SelectProps) {
  const id = useId();
  return (
    <span class="ag-select">
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

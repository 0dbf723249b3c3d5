/** The toolbar of the agents view: search, queue, order, and the totals by state, which are also filters. */
import { agentStates, stateTexts } from "../ui/agent-states.ts";
import { nameOptions, Select } from "../ui/select.tsx";
import { type Filter, type Roster, type Sorting, sortings } from "./roster.ts";
import { StateIcon } from "./state-icon.tsx";

const sortingTexts: Readonly<Record<Sorting, string>> = {
  state: "State",
  name: "Name",
  time: "Longest in state",
  talking: "Longest call",
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
          options={nameOptions("All queues", queues, filter.queue)}
          onChange={(queue) => onFilter({ ...filter, queue: queue || null })}
        />
        <Select
          label="Sort by"
          value={filter.sorting}
          options={sortings.map((sorting) => [sorting, sortingTexts[sorting]])}
          onChange={(value) => onFilter({ ...filter, sorting: sortings.find((one) => one === value) ?? "state" })}
        />
      </search>
      <Totals filter={filter} onFilter={onFilter} roster={roster} />
    </div>
  );
}

function Totals({ filter, onFilter, roster: { totals, total } }: Pick<Props, "filter" | "onFilter" | "roster">) {
  const choose = (state: Filter["state"]): void =>
    onFilter({ ...filter, state: filter.state === state ? null : state });
  return (
    <fieldset class="ag-totals">
      <legend class="ui-hidden">Show by state</legend>
      <button type="button" class="ag-total" aria-pressed={filter.state === null} onClick={() => choose(null)}>
        <strong>{total}</strong> all
      </button>
      {agentStates.map((state) => (
        <button
          key={state}
          type="button"
          class="ag-total"
          data-state={state}
          aria-pressed={filter.state === state}
          onClick={() => choose(state)}
        >
          <StateIcon state={state} />
          <strong>{totals[state]}</strong> {stateTexts[state]}
        </button>
      ))}
    </fieldset>
  );
}

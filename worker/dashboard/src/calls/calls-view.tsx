/** The view of a site's queue calls: filters, a row for each call, calling back, and the list as a file. */
import { useId } from "preact/hooks";
import { spanOf } from "../period/period.ts";
import { PeriodField } from "../period/period-field.tsx";
import { localText, zoneOf } from "../period/zone.ts";
import { CsvButton } from "../shell/csv-button.tsx";
import { useAddress } from "../shell/use-address.ts";
import { useStore } from "../ui/hooks.ts";
import { nameOptions, Select } from "../ui/select.tsx";
import { type CallFilter, callFilterOf, callsHashOf, callsParameters } from "./call-filter.ts";
import { CallTable } from "./call-table.tsx";
import { outcomeTexts } from "./call-texts.ts";
import { useCalls } from "./use-calls.ts";
import { usePhone } from "./use-phone.tsx";

export function CallsView() {
  const { state, signedIn } = useStore();
  const zone = zoneOf(state.events());
  const [filter, setFilter] = useAddress(callFilterOf, callsHashOf);
  const { list, more, refresh } = useCalls(filter, zone);
  const now = Date.now();
  const span = spanOf(filter.period, now, zone);
  const problem = "problem" in span ? span.problem : null;
  const phone = usePhone();
  return (
    <div class="cl-view">
      <h1>Calls</h1>
      <Filters filter={filter} onFilter={setFilter} zone={zone} problem={problem} />
      <div class="cl-tools">
        <CsvButton
          question={"problem" in span ? null : { path: "/calls", query: callsParameters(filter, span) }}
          name={`calls-${signedIn.site}-${localText(now, zone).slice(0, 10)}`}
        />
        <button type="button" class="ui-button" onClick={refresh}>
          Refresh
        </button>
        {phone.field}
      </div>
      {signedIn.claims.callers || (
        <p class="cl-hint">Your token does not show callers’ numbers and names (claim “callers”).</p>
      )}
      {list.problem !== null && (
        <p class="ui-problem" role="alert">
          {list.problem}
        </p>
      )}
      <p class="ui-hidden" role="status">
        {list.isKnown ? `${list.calls.length} calls shown` : ""}
      </p>
      {problem === null && <CallTable list={list} now={now} zone={zone} onMore={more} phone={phone} />}
    </div>
  );
}

type FiltersProps = Readonly<{
  filter: CallFilter;
  onFilter: (filter: CallFilter) => void;
  zone: string;
  problem: string | null;
}>;

function Filters({ filter, onFilter, zone, problem }: FiltersProps) {
  const { state, signedIn } = useStore();
  const numberId = useId();
  const agents = [...state.agents()].map((agent): [string, string] => {
    const name = state.agent(agent)?.name;
    return [agent, name && name !== agent ? `${name} (${agent})` : agent];
  });
  agents.sort(([, one], [, other]) => one.localeCompare(other, undefined, { numeric: true }));
  const isKnown = filter.agent === null || agents.some(([agent]) => agent === filter.agent);
  return (
    <search class="cl-filters">
      <PeriodField
        period={filter.period}
        zone={zone}
        problem={problem}
        onChange={(period) => onFilter({ ...filter, period })}
      />
      <Select
        label="Outcome"
        value={filter.outcome ?? ""}
        options={[["", "All outcomes"], ...Object.entries(outcomeTexts)]}
        onChange={(outcome) => onFilter({ ...filter, outcome: outcome || null })}
      />
      <Select
        label="Queue"
        value={filter.queue ?? ""}
        options={nameOptions("All queues", [...state.queues()].sort(), filter.queue)}
        onChange={(queue) => onFilter({ ...filter, queue: queue || null })}
      />
      <Select
        label="Agent"
        value={filter.agent ?? ""}
        options={[
          ["", "All agents"],
          ...(isKnown ? [] : [[filter.agent, filter.agent] as [string, string]]),
          ...agents,
        ]}
        onChange={(agent) => onFilter({ ...filter, agent: agent || null })}
      />
      {signedIn.claims.callers && (
        <span class="ui-labelled">
          <label for={numberId}>Number</label>
          <input
            id={numberId}
            class="ui-input"
            type="tel"
            autocomplete="off"
            placeholder="the whole number"
            value={filter.number}
            onInput={(event) => onFilter({ ...filter, number: event.currentTarget.value })}
          />
        </span>
      )}
    </search>
  );
}

/** The view of reports: figures of queues or agents over time, as a chart, as tables and as a file. */
import type { StatisticsAnswer } from "@pbxis/shared/client";
import { useNameOf } from "../command/use-command.ts";
import { spanOf } from "../period/period.ts";
import { PeriodField } from "../period/period-field.tsx";
import { localText, zoneOf } from "../period/zone.ts";
import { CsvButton } from "../shell/csv-button.tsx";
import { hrefOf } from "../shell/route.ts";
import { useAddress } from "../shell/use-address.ts";
import { useStore } from "../ui/hooks.ts";
import { pausesText } from "../ui/pauses.ts";
import { nameOptions, Select } from "../ui/select.tsx";
import { Chart } from "./chart.tsx";
import { agentColumns, type Column, queueColumns } from "./columns.ts";
import { agentBars, agentParts, agentReport, queueBars, queueParts, queueReport, type Report } from "./report-data.ts";
import {
  intervals,
  intervalTexts,
  kinds,
  type ReportFilter,
  reportFilterOf,
  reportParameters,
  reportsHashOf,
} from "./report-filter.ts";
import { ReportTable } from "./report-table.tsx";
import type { AgentTotals } from "./totals.ts";
import { useReport } from "./use-report.ts";

export function ReportsView() {
  const { state, signedIn } = useStore();
  const zone = zoneOf(state.events());
  const [filter, setFilter] = useAddress(reportFilterOf, reportsHashOf);
  const { answer, isLoading, problem } = useReport(filter, zone);
  const now = Date.now();
  const span = spanOf(filter.period, now, zone);
  const periodProblem = "problem" in span ? span.problem : null;
  return (
    <div class="rp-view">
      <h1>Reports</h1>
      <Filters filter={filter} onFilter={setFilter} zone={zone} problem={periodProblem} />
      <div class="rp-tools">
        <CsvButton
          question={"problem" in span ? null : { path: "/statistics", query: reportParameters(filter, span) }}
          name={`${filter.kind}-${signedIn.site}-${localText(now, zone).slice(0, 10)}`}
        />
        <span class="rp-zone">Times in {answer?.zone ?? zone}</span>
      </div>
      {problem !== null && (
        <p class="ui-problem" role="alert">
          {problem}
        </p>
      )}
      <p class="ui-hidden" role="status">
        {answer && !isLoading ? "The report is shown." : ""}
      </p>
      {periodProblem === null && <Body filter={filter} answer={answer} isLoading={isLoading} zone={zone} />}
    </div>
  );
}

type BodyProps = Readonly<{
  filter: ReportFilter;
  answer: StatisticsAnswer | null;
  isLoading: boolean;
  zone: string;
}>;

function Body({ filter, answer, isLoading, zone }: BodyProps) {
  if (!answer) return <p class="sh-wait">{isLoading ? "Loading…" : ""}</p>;
  if (answer.rows.length === 0) return <p class="sh-wait">No figures for this time.</p>;
  return filter.kind === "queues" ? (
    <QueueReport answer={answer} filter={filter} zone={zone} />
  ) : (
    <AgentReport answer={answer} filter={filter} zone={zone} />
  );
}

type ReportProps = Readonly<{ answer: StatisticsAnswer; filter: ReportFilter; zone: string }>;

function QueueReport({ answer, filter, zone }: ReportProps) {
  const report = queueReport(answer.rows, filter.interval, zone);
  const { offered, answered, abandoned } = report.all;
  return (
    <>
      <Chart
        kind="queues"
        label={`Calls of ${filter.name ?? "all queues"}: ${offered} calls, ${answered} answered, ${abandoned} abandoned. The table has the figures.`}
        bars={queueBars(report)}
        parts={queueParts}
        line="Service level"
        unit=""
      />
      <Tables report={report} columns={queueColumns} filter={filter} headOf={(name) => name} />
    </>
  );
}

function AgentReport({ answer, filter, zone }: ReportProps) {
  const nameOf = useNameOf();
  const report = agentReport(answer.rows, filter.interval, zone);
  const link = (agent: string) => <a href={hrefOf({ view: "agent", agent })}>{nameOf(agent)}</a>;
  return (
    <>
      <Chart
        kind="agents"
        label={`Time of ${filter.name === null ? "all agents" : nameOf(filter.name)}: ${report.all.answered} calls answered. The table has the figures.`}
        bars={agentBars(report)}
        parts={agentParts}
        line="Occupancy"
        unit=" h"
      />
      <Tables report={report} columns={agentColumns} filter={filter} headOf={link} />
      <Pauses all={report.all} />
    </>
  );
}

function Pauses({ all }: Readonly<{ all: AgentTotals }>) {
  const text = pausesText(all.pausedBy);
  return text === null ? null : (
    <p class="rp-pauses">
      <strong>Pauses by reason:</strong> {text}
    </p>
  );
}

type TablesProps<Totals> = Readonly<{
  report: Report<Totals>;
  columns: readonly Column<Totals>[];
  filter: ReportFilter;
  headOf: (name: string) => preact.ComponentChildren;
}>;

function Tables<Totals>({ report, columns, filter, headOf }: TablesProps<Totals>) {
  const what = filter.kind === "queues" ? "Queue" : "Agent";
  return (
    <>
      <ReportTable
        caption={filter.kind === "queues" ? "By queue" : "By agent"}
        what={what}
        columns={columns}
        rows={report.names.map(({ name, totals }) => ({ key: name, head: headOf(name), totals }))}
        all={report.names.length > 1 ? report.all : null}
      />
      <ReportTable
        caption={`By time: ${intervalTexts[filter.interval].toLowerCase()}`}
        what="Time"
        columns={columns}
        rows={report.intervals.map(({ from, label, totals }) => ({ key: String(from), head: label, totals }))}
        all={null}
      />
    </>
  );
}

type FiltersProps = Readonly<{
  filter: ReportFilter;
  onFilter: (filter: ReportFilter) => void;
  zone: string;
  problem: string | null;
}>;

function Filters({ filter, onFilter, zone, problem }: FiltersProps) {
  const { state } = useStore();
  const isQueues = filter.kind === "queues";
  const names = [...(isQueues ? state.queues() : state.agents())].sort();
  return (
    <search class="rp-filters">
      <Select
        label="Report on"
        value={filter.kind}
        options={[
          ["queues", "Queues"],
          ["agents", "Agents"],
        ]}
        onChange={(kind) => onFilter({ ...filter, kind: kinds.find((one) => one === kind) ?? "queues", name: null })}
      />
      <Select
        label={isQueues ? "Queue" : "Agent"}
        value={filter.name ?? ""}
        options={nameOptions(isQueues ? "All queues" : "All agents", names, filter.name)}
        onChange={(name) => onFilter({ ...filter, name: name || null })}
      />
      <PeriodField
        period={filter.period}
        zone={zone}
        problem={problem}
        onChange={(period) => onFilter({ ...filter, period })}
      />
      <Select
        label="Interval"
        value={filter.interval}
        options={intervals.map((interval) => [interval, intervalTexts[interval]])}
        onChange={(interval) =>
          onFilter({ ...filter, interval: intervals.find((one) => one === interval) ?? filter.interval })
        }
      />
    </search>
  );
}

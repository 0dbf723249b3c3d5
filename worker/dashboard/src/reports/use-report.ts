/** Asks the site for a report's figures, and again every few minutes while the report includes the present. */
import type { StatisticsAnswer } from "@pbxis/shared/client";
import { useEffect, useState } from "preact/hooks";
import { type Span, spanOf } from "../period/period.ts";
import { problemText } from "../store/problem-text.ts";
import { useStore } from "../ui/hooks.ts";
import { type ReportFilter, reportQuestion, reportsHashOf } from "./report-filter.ts";

/** While the user types, only the last of the filters is asked for. */
const settleMs = 300;
const refreshMs = 60_000;

export type ReportState = Readonly<{ answer: StatisticsAnswer | null; isLoading: boolean; problem: string | null }>;

const nothing: ReportState = { answer: null, isLoading: true, problem: null };

/** Nothing is asked for while the filter's period has a problem. */
export function useReport(filter: ReportFilter, zone: string): ReportState {
  const store = useStore();
  const [state, setState] = useState(nothing);
  const what = `${reportsHashOf(filter)} ${zone}`;
  useEffect(() => {
    let isOver = false;
    let timer = setTimeout(ask, settleMs);
    setState(nothing);
    async function ask(): Promise<void> {
      const span = spanOf(filter.period, Date.now(), zone);
      if ("problem" in span) {
        setState({ ...nothing, isLoading: false });
        return;
      }
      const next = await read(span);
      if (isOver) return;
      // A refresh that fails keeps what is shown.
      setState((before) => ({ ...next, answer: next.answer ?? before.answer }));
      if (span.to > Date.now()) timer = setTimeout(ask, refreshMs);
    }
    async function read(span: Span): Promise<ReportState> {
      try {
        return { answer: await store.statistics(reportQuestion(filter, span)), isLoading: false, problem: null };
      } catch (error) {
        return { answer: null, isLoading: false, problem: problemText(error) };
      }
    }
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [what, store]);
  return state;
}

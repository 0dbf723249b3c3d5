/** Asks the site for the calls of a filter, again when calls end, and for further pages on request. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import { type Span, spanOf } from "../period/period.ts";
import { problemText } from "../store/problem-text.ts";
import { useStore } from "../ui/hooks.ts";
import { type CallFilter, callsHashOf, callsQuery } from "./call-filter.ts";
import { type CallList, emptyCallList, stepCallList } from "./call-list.ts";

/** While the user types, only the last of the filters is asked for. */
const settleMs = 300;
/** The list is asked for again so long after a call has ended, for all calls that end meanwhile. */
const refreshMs = 5_000;

export type Calls = Readonly<{ list: CallList; more: () => void; refresh: () => void }>;

/** Nothing is asked for while the filter's period has a problem. */
export function useCalls(filter: CallFilter, zone: string): Calls {
  const store = useStore();
  const [list, dispatch] = useReducer(stepCallList, emptyCallList);
  const latest = useRef(list);
  latest.current = list;

  const spanNow = (): Span | null => {
    const span = spanOf(filter.period, Date.now(), zone);
    return "problem" in span ? null : span;
  };
  const ask = async (after: string | null): Promise<void> => {
    const span = spanNow();
    if (!span) return;
    const { question } = latest.current;
    try {
      const answer = await store.calls({ ...callsQuery(filter, span), ...(after !== null && { after }) });
      dispatch({ kind: "answer", question, answer, isMore: after !== null });
    } catch (error) {
      dispatch({ kind: "failed", question, problem: problemText(error) });
    }
  };
  const askLatest = useRef(ask);
  askLatest.current = ask;
  const askSoon = (): void => {
    // After the redraw, which has the new question.
    setTimeout(() => void askLatest.current(null));
  };

  const what = `${callsHashOf(filter)} ${zone}`;
  useEffect(() => {
    dispatch({ kind: "ask", isOther: true });
    const timer = setTimeout(askSoon, settleMs);
    return () => clearTimeout(timer);
  }, [what]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = store.onOccurrence(({ type }) => {
      if (type !== "queueCallEnded" && type !== "agentComplete") return;
      // Whoever reads older pages is left in peace.
      timer ??= setTimeout(() => {
        timer = undefined;
        const { calls, isLoading } = latest.current;
        if (isLoading || calls.length > 100) return;
        dispatch({ kind: "ask", isOther: false });
        askSoon();
      }, refreshMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [store]);
  return {
    list,
    more: () => {
      const { next, isLoading } = latest.current;
      if (next === null || isLoading) return;
      dispatch({ kind: "more" });
      void ask(next);
    },
    refresh: () => {
      dispatch({ kind: "ask", isOther: false });
      askSoon();
    },
  };
}

/** The agent's latest queue calls, as the site keeps them (AP13); again when a call of the agent has ended. */
import type { QueueCall } from "@pbxis/shared/client";
import { useEffect, useState } from "preact/hooks";
import { problemText } from "../store/problem-text.ts";
import { useStore } from "../ui/hooks.ts";

const maxCalls = 10;
/** The site lists a call within this time after its event. */
const settleMs = 1_000;

/** `calls`: null before the first answer. */
export type AgentCalls = Readonly<{ calls: readonly QueueCall[] | null; problem: string | null }>;

export function useAgentCalls(agent: string): AgentCalls {
  const store = useStore();
  const [state, setState] = useState<AgentCalls>({ calls: null, problem: null });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async (): Promise<void> => {
      timer = undefined;
      try {
        const { calls } = await store.calls({ agents: [agent], limit: maxCalls });
        if (!isOver) setState({ calls, problem: null });
      } catch (error) {
        if (!isOver) setState((before) => ({ ...before, problem: problemText(error) }));
      }
    };
    void ask();
    const stop = store.onOccurrence((event) => {
      const isOwn = (event.type === "agentComplete" || event.type === "queueCallEnded") && event.agent === agent;
      if (isOwn) timer ??= setTimeout(() => void ask(), settleMs);
    });
    return () => {
      isOver = true;
      stop();
      clearTimeout(timer);
    };
  }, [store, agent]);
  return state;
}

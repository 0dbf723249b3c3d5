/** The queues that the signed-in person may name: those that there are, and those that the token names though nobody is in them yet. */
import { mayName } from "../session.ts";
import { useStore } from "../ui/hooks.ts";
import { compareText } from "./agent-state.ts";

export function useGrantedQueues(): readonly string[] {
  const { state, signedIn } = useStore();
  const { queues } = signedIn.claims;
  const named = queues.filter((queue) => queue !== "*");
  return [...new Set([...state.queues(), ...named])].filter((queue) => mayName(queues, queue)).sort(compareText);
}

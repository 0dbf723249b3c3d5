/** The queues that the token grants: those that exist, and those that it names although they have no members yet. */
import { isNameGranted } from "../store/token.ts";
import { useStore } from "../ui/hooks.ts";
import { compareText } from "./agent-display.ts";

export function useGrantedQueues(): readonly string[] {
  const { state, signedIn } = useStore();
  const { queues } = signedIn.claims;
  const named = queues.filter((queue) => queue !== "*");
  return [...new Set([...state.queues(), ...named])].filter((queue) => isNameGranted(queues, queue)).sort(compareText);
}

/** What the page says of an agent about whom it has no data. Pure. */
import { isNameGranted, type TokenClaims } from "../store/token.ts";

/** `mayAct`: whether the page offers commands all the same, because a new agent can be logged on. */
export type UnknownAgent = Readonly<{ title: string; text: string; mayAct: boolean }>;

export function unknownAgent(agent: string, site: string, claims: TokenClaims): UnknownAgent {
  if (!isNameGranted(claims.agents, agent))
    return {
      title: `Your token does not grant agent ${agent}`,
      text: "It may not see this agent, nor send commands for it.",
      mayAct: false,
    };
  return {
    title: `Nobody at ${site} is known as ${agent}`,
    text: `No phone, extension or queue member has this number. Check it before you act: Dial rings ${agent} all the same, and a log-on makes ${agent} a new member of the queue.`,
    mayAct: true,
  };
}

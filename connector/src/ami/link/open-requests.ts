/** Who waits for which answer: the link's outputs as promises. Bounded, for the link answers at once what is too many. */
import type { ActionAnswer } from "./action.ts";
import type { LinkOutput, RequestAnswered } from "./link-io.ts";

export type OpenRequests = Readonly<{
  /** `send` gives the request to the link, which answers it once, even before `send` returns. */
  add: (id: string, send: () => void) => Promise<ActionAnswer>;
  answer: (answered: RequestAnswered) => void;
}>;

export function createOpenRequests(): OpenRequests {
  const waiting = new Map<string, (answer: ActionAnswer) => void>();
  return {
    add: (id, send) =>
      new Promise((resolve) => {
        if (waiting.has(id)) return resolve({ kind: "notSent", because: "that ActionID is in use" });
        waiting.set(id, resolve);
        send();
      }),
    answer: ({ id, ...answer }) => {
      waiting.get(id)?.(answer);
      waiting.delete(id);
    },
  };
}

export function isAnswer(output: LinkOutput): output is RequestAnswered {
  return output.kind === "answered" || output.kind === "notSent" || output.kind === "lost";
}

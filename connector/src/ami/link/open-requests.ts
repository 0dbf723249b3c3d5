/** The link's answers to requests, as promises. Bounded, because the link answers surplus requests at once. */
import type { ActionAnswer } from "./action.ts";
import type { LinkOutput, RequestAnswered } from "./link-io.ts";

export type OpenRequests = Readonly<{
  /** `send` passes the request to the link, which answers it exactly once, perhaps before `send` returns. */
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

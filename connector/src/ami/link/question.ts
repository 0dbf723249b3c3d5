/** What the link asks of Asterisk, for itself and for others: bounded, and each under an id that its answer brings back. */

import type { RegenerationList } from "../event/event.ts";
import { type ActionFields, encodeAction } from "./action.ts";
import { Correlator, maxPending } from "./correlator.ts";

export type Question =
  | Readonly<{ kind: "challenge" | "login" | "coreStatus" | "coreSettings" | "commands" | "filter" | "mask" | "ping" }>
  | Readonly<{ kind: "list"; list: RegenerationList }>
  | Readonly<{ kind: "recording"; uniqueId: string }>
  | Readonly<{ kind: "request"; id: string }>;

/** So many of the open questions are kept for the link's own: without its lists and pings there is no link. */
export const reservedQuestions = 100;

export type Asked = Readonly<{ kind: "asked"; bytes: Uint8Array }> | Readonly<{ kind: "notAsked"; because: string }>;

export class Questions extends Correlator<Question> {
  readonly #idPrefix: string;
  #nextId = 1;

  constructor(idPrefix: string) {
    super();
    this.#idPrefix = idPrefix;
  }

  /** Opens a question whose `bytes` are to be sent now. A request goes under the id that it has. */
  open(action: string, fields: ActionFields, question: Question, deadline: number): Asked {
    const id = question.kind === "request" ? question.id : `${this.#idPrefix}${this.#nextId++}`;
    const encoded = encodeAction(action, id, fields);
    if (!encoded.ok) return { kind: "notAsked", because: encoded.reason };
    const isOwn = question.kind !== "request" && question.kind !== "recording";
    const hasRoom = isOwn || this.size < maxPending - reservedQuestions;
    if (!hasRoom || !this.ask(id, question, deadline))
      return { kind: "notAsked", because: "too many answers are outstanding" };
    return { kind: "asked", bytes: encoded.bytes };
  }
}

export function recordingFields(channel: string): ActionFields {
  return [
    ["Channel", channel],
    ["Variable", "MIXMONITOR_FILENAME"],
  ];
}

/** What goes into an uplink's session and what comes out of it. */
import type { AmiStatus, Outcome, SiteEvent, UplinkCommand, UplinkReport } from "@pbxis/shared";
import type { Ending } from "./retry.ts";

/** Who we are, for one life of the process (UP1). */
export type Identity = Readonly<{ epoch: string; startedAt: number; connectorVersion: string }>;

/** `at` in ms of any clock that never jumps; `random` in [0, 1). */
export type Moment = Readonly<{ at: number; random: number }>;

export type SessionInput =
  /** The moment that `nextDueAt` named has come. */
  | (Moment & Readonly<{ kind: "due" }>)
  | Readonly<{ kind: "opened"; at: number }>
  | (Moment & Readonly<{ kind: "message"; text: string }>)
  /** The socket is gone, or never came to be. */
  | (Moment & Readonly<{ kind: "ended"; ending: Exclude<Ending, { kind: "cut" }> }>)
  /** Something was pushed into the outbox. */
  | Readonly<{ kind: "pushed" }>
  /** The answer to the output `snapshotDue`. */
  | Readonly<{ kind: "snapshot"; events: readonly SiteEvent[]; ami: AmiStatus }>
  /** How a command ended. */
  | Readonly<{ kind: "outcome"; id: string; outcome: Outcome }>
  /** The latest that is to be told of the connector itself. */
  | Readonly<{ kind: "report"; report: UplinkReport }>
  /** What waits is to be told now or never: there is no waiting for the next attempt. */
  | Readonly<{ kind: "hurry"; at: number }>
  | Readonly<{ kind: "stop" }>;

export type SessionOutput =
  | Readonly<{ kind: "connect" }>
  | Readonly<{ kind: "send"; text: string }>
  /** Closes the socket, if there is one; nothing of it may come in any more. */
  | Readonly<{ kind: "cut"; code: number; reason: string }>
  /** All states are wanted as a `snapshot` input. Who has none yet gives none, and is asked again at the next push. */
  | Readonly<{ kind: "snapshotDue" }>
  /** To be carried out, once an id, and not begun at `startBefore` or later, on the clock of the inputs (CM11). */
  | Readonly<{ kind: "command"; command: UplinkCommand; startBefore: number }>
  | Readonly<{ kind: "log"; level: "info" | "warn" | "error"; message: string }>;

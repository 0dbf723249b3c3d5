/** The inputs and outputs of an uplink session. */
import type { AmiStatus, Outcome, SiteEvent, SiteSettings, UplinkCommand, UplinkReport } from "@pbxis/shared";
import type { Ending } from "./retry.ts";

/** Identifies one process of a connector (UP1). `startedAt` is in ms since 1970. */
export type Identity = Readonly<{
  epoch: string;
  startedAt: number;
  connectorVersion: string;
  site?: SiteSettings;
}>;

/** `at` in ms of the steady clock; `random` in [0, 1). */
export type TimeAndChance = Readonly<{ at: number; random: number }>;

export type SessionInput =
  /** The time that `nextDueAt` returned has come. */
  | (TimeAndChance & Readonly<{ kind: "due" }>)
  | Readonly<{ kind: "opened"; at: number }>
  | (TimeAndChance & Readonly<{ kind: "message"; text: string }>)
  /** The socket is closed, or could not be opened. */
  | (TimeAndChance & Readonly<{ kind: "ended"; ending: Exclude<Ending, { kind: "cut" }> }>)
  /** Something was pushed into the outbox. */
  | Readonly<{ kind: "pushed"; at: number }>
  /** The response to the output `snapshotDue`. */
  | Readonly<{ kind: "snapshot"; at: number; events: readonly SiteEvent[]; ami: AmiStatus }>
  /** How a command ended. */
  | Readonly<{ kind: "outcome"; id: string; outcome: Outcome }>
  /** The connector's latest report (UP10). */
  | Readonly<{ kind: "report"; report: UplinkReport }>
  /** The process stops soon: a session that waits tries to connect now. */
  | Readonly<{ kind: "drain"; at: number }>
  | Readonly<{ kind: "stop" }>;

export type SessionOutput =
  | Readonly<{ kind: "connect" }>
  | Readonly<{ kind: "send"; text: string }>
  /** Closes the socket, if there is one; none of its messages may become inputs any more. */
  | Readonly<{ kind: "cut"; code: number; reason: string }>
  /** Requests all states as a `snapshot` input. If there are none yet, the next push repeats the request. */
  | Readonly<{ kind: "snapshotDue" }>
  /** The site knows what happened until `asOf` (ms since 1970, on its clock), from an earlier process. */
  | Readonly<{ kind: "known"; asOf: number }>
  /** To be carried out once per id, and not started at `startBefore` (steady clock) or later (CM11). */
  | Readonly<{ kind: "command"; command: UplinkCommand; startBefore: number }>
  | Readonly<{ kind: "log"; level: "info" | "warn" | "error"; message: string }>;

/** An AMI link's inputs and outputs as data, and its time limits. */
import type { AmiEvent } from "../event/event.ts";
import type { Framed } from "../wire/framer.ts";
import type { ActionAnswer, ActionFields } from "./action.ts";
import type { Md5 } from "./login.ts";
import type { AccountRights } from "./rights.ts";

/** A live AMI answers within milliseconds; Asterisk delays the answer to a wrong password by a second. */
export const answerDeadlineMs = 10_000;
/** A big PBX may take this long to boot. */
export const bootDeadlineMs = 120_000;
/** A big PBX may take this long to write a list. */
export const listDeadlineMs = 30_000;
/** After this much silence the link sends a ping. */
export const pingAfterMs = 10_000;
/** After this much silence the link gives Asterisk up. */
export const silenceMs = 25_000;
/** The interval at which a booting Asterisk is asked whether it has booted. */
export const bootQueryMs = 1000;
/**
 * A request that is not answered within this time is lost: it may or may not have been carried out. Asterisk answers
 * within milliseconds.
 */
export const requestDeadlineMs = 8000;

/**
 * `retry`: `soon` with the usual back-off. `slowly` if the same would happen again until somebody changes a setting, so
 * that the connector does not hammer an account with a wrong password.
 */
export type Ended = Readonly<{ kind: "ended"; reason: string; retry: "soon" | "slowly" }>;

/**
 * `at`: the wall clock, in ms since 1970, for published times. `steady`: a clock that nobody sets, in ms, for
 * deadlines.
 */
export type WallAndSteady = Readonly<{ at: number; steady: number }>;

export type LinkInput =
  /** What one chunk of bytes was framed to. */
  | (WallAndSteady & Readonly<{ kind: "received"; framed: readonly Framed[] }>)
  | (WallAndSteady & Readonly<{ kind: "tick" }>)
  | (WallAndSteady & Readonly<{ kind: "regenerate" }>)
  | (WallAndSteady & Readonly<{ kind: "getRecording"; channel: string; uniqueId: string }>)
  /** Answered exactly once, by an output with the same `id`. The id is also the ActionID. */
  | (WallAndSteady & Readonly<{ kind: "request"; id: string; action: string; fields: ActionFields }>)
  /** The socket is closed, or must be. `isBroken`: by an error, so that what Asterisk sent last may be lost. */
  | Readonly<{ kind: "closed"; reason: string; retry: Ended["retry"]; isBroken?: boolean }>;

/** Each request that is still open when the connection ends is answered as lost, before `ended`. */
export type RequestAnswered = ActionAnswer & Readonly<{ id: string }>;

export type LinkOutput =
  | Readonly<{ kind: "send"; bytes: Uint8Array }>
  | Readonly<{ kind: "event"; event: AmiEvent }>
  | Readonly<{ kind: "up"; asteriskVersion: string | null; at: number }>
  | Readonly<{ kind: "rights"; rights: AccountRights }>
  | Readonly<{ kind: "warning"; message: string }>
  | RequestAnswered
  | Ended;

/**
 * `idPrefix` begins the ActionIDs of this connection's own actions. It must be unguessable: text of a caller could
 * contain a forged packet (Asterisk escapes line breaks in some events only), which must not pass for an answer.
 */
export type LinkSettings = Readonly<{
  username: string;
  secret: string;
  plainLogin: boolean;
  md5: Md5;
  idPrefix: string;
}>;

/** What goes into an AMI link and what comes out of it, and how long it waits for what. */

import type { AmiEvent } from "../event/event.ts";
import type { Framed } from "../wire/framer.ts";
import type { ActionAnswer, ActionFields } from "./action.ts";
import type { Md5 } from "./login.ts";
import type { AccountRights } from "./rights.ts";

/** Connecting to a live AMI takes milliseconds; Asterisk delays the answer to a wrong password by a second. */
export const answerDeadlineMs = 10_000;
/** A big PBX may need this long to boot, and to write its lists. */
export const bootDeadlineMs = 120_000;
export const listDeadlineMs = 30_000;
/** After this much silence the link asks whether Asterisk is there, … */
export const pingAfterMs = 10_000;
/** … and after this much it is not. */
export const silenceMs = 25_000;
export const bootQuestionMs = 1000;
/** A request whose answer is later than this is lost: it may have been done. Asterisk answers in milliseconds. */
export const requestDeadlineMs = 8000;

/**
 * `retry`: `soon` with the usual back-off; `slowly` where the same would happen again until somebody changes a setting, so that an
 * account is not hammered with a wrong password.
 */
export type Ended = Readonly<{ kind: "ended"; reason: string; retry: "soon" | "slowly" }>;

/** `at`: the time of day, in ms since 1970, for what is told. `steady`: ms of a clock that nobody sets, for what is waited for. */
export type WallAndSteady = Readonly<{ at: number; steady: number }>;

export type LinkInput =
  | (WallAndSteady & Readonly<{ kind: "framed"; framed: Framed }>)
  | (WallAndSteady & Readonly<{ kind: "tick" }>)
  | (WallAndSteady & Readonly<{ kind: "regenerate" }>)
  | (WallAndSteady & Readonly<{ kind: "getRecording"; channel: string; uniqueId: string }>)
  /** Is answered exactly once, by an output with the same `id`; it is the ActionID, too. */
  | (WallAndSteady & Readonly<{ kind: "request"; id: string; action: string; fields: ActionFields }>)
  /** The socket is gone, or has to go. */
  | Readonly<{ kind: "closed"; reason: string; retry: Ended["retry"] }>;

/** Before `ended`, each request that is still open is told to be lost. */
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
 * `idPrefix` begins the ActionIDs of this connection's questions. Nobody can guess it: packets that are forged by a call's words (Asterisk
 * escapes line breaks in some events only) cannot pass for answers.
 */
export type LinkSettings = Readonly<{
  username: string;
  secret: string;
  plainLogin: boolean;
  md5: Md5;
  idPrefix: string;
}>;

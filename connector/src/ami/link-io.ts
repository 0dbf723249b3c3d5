/** What goes into an AMI link and what comes out of it, and how long it waits for what. */
import type { AmiEvent } from "./event.ts";
import type { Framed } from "./framer.ts";
import type { Md5 } from "./login.ts";

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

/**
 * `retry`: `soon` with the usual back-off; `slowly` where the same would happen again until somebody changes a setting, so that an
 * account is not hammered with a wrong password.
 */
export type Ended = Readonly<{ kind: "ended"; reason: string; retry: "soon" | "slowly" }>;

export type LinkInput =
  | Readonly<{ kind: "framed"; framed: Framed; at: number }>
  | Readonly<{ kind: "tick"; at: number }>
  | Readonly<{ kind: "regenerate"; at: number }>
  | Readonly<{ kind: "getRecording"; channel: string; uniqueId: string; at: number }>;

export type LinkOutput =
  | Readonly<{ kind: "send"; bytes: Uint8Array }>
  | Readonly<{ kind: "event"; event: AmiEvent }>
  | Readonly<{ kind: "up"; asteriskVersion: string | null; at: number }>
  | Readonly<{ kind: "warning"; message: string }>
  | Ended;

export type LinkSettings = Readonly<{ username: string; secret: string; plainLogin: boolean; md5: Md5 }>;

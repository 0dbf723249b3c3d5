/** A subscription's inputs, outputs and status as data. */
import type { SiteEvent } from "../protocol/event.ts";
import type { LinkState } from "../protocol/link.ts";
import type { Changes } from "./mirror.ts";
import type { StreamEnd } from "./stream-end.ts";

/**
 * The connection of a subscription. `waiting`: it reconnects at `until` (ms of the platform's steady clock). `stopped`:
 * it does not reconnect, because it was closed or the site refuses it. `reason` is for people, such as `"the token has
 * expired"`.
 */
export type SubscriptionStatus =
  | Readonly<{ kind: "connecting" | "live" }>
  | Readonly<{ kind: "waiting"; until: number; reason: string }>
  | Readonly<{ kind: "stopped"; reason: string }>;

/** `random` is in [0, 1). */
export type SteadyTick = Readonly<{ steadyMs: number; random: number }>;
export type MachineInput =
  | (SteadyTick & Readonly<{ kind: "due" }>)
  | (SteadyTick & Readonly<{ kind: "frame"; text: string }>)
  /** Something other than a frame has arrived. */
  | Readonly<{ kind: "activity"; steadyMs: number }>
  | (SteadyTick & Readonly<{ kind: "ended"; end: StreamEnd }>)
  /** The network is back, or the page. `canPing`: the stream's transport answers pings. */
  | Readonly<{ kind: "wake"; steadyMs: number; canPing: boolean }>
  | Readonly<{ kind: "close" }>;

/** What a frame of a site changes. `asOf` as in `Link`. */
export type FeedOutput =
  | Readonly<{ kind: "changed"; changes: Changes }>
  /** EV11: each occurrence once, over all reconnections. */
  | Readonly<{ kind: "occurred"; event: SiteEvent }>
  /** A snapshot replaced the states: occurrences may be missing. */
  | Readonly<{ kind: "gap" }>
  | Readonly<{ kind: "link"; link: LinkState; asOf: number | null }>;

export type MachineOutput =
  /** `freshToken`: the last token was refused or has expired. */
  | Readonly<{ kind: "connect"; since: string | null; freshToken: boolean }>
  | Readonly<{ kind: "acknowledge"; cursor: string }>
  | Readonly<{ kind: "ping" }>
  | Readonly<{ kind: "disconnect" }>
  | Readonly<{ kind: "status"; status: SubscriptionStatus }>
  /** `site` only in a stream of several. */
  | (FeedOutput & Readonly<{ site?: string }>);

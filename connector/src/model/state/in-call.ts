/**
 * CM20–CM23: what is known of calls in progress besides who talks to whom: whether a call is recorded, whether a
 * command muted its agent, whom the agent consults, and who listens. Most calls have none of it.
 */
import type { SpyMode } from "@pbxis/shared";
import { BoundedMap } from "../../util/bounded-map.ts";

/** `stopped`: 16.28 still answers Success to `MixMonitorMute` then. */
export type RecordingState = "on" | "paused" | "stopped";

/**
 * CM20: the agent's channel was commanded to call `to` while it holds the channel with the Uniqueid `caller`. `begun`:
 * it has left the caller's bridge for that call.
 */
export type Consultation = Readonly<{ caller: string; to: string }> & { begun: boolean };

/**
 * EV21: a channel listens to the channel `target`: its name, or as a list may show it the beginning of its name.
 * `since` in ms.
 */
type Spy = Readonly<{ target: string; since: number }>;

export type InCall = {
  /** By the recorded channel's Uniqueid. Empty after a gap: nobody knows then what is paused. */
  readonly recordings: BoundedMap<string, RecordingState>;
  /** By the Uniqueid of the agent's channel: the last word of a command. */
  readonly muted: BoundedMap<string, boolean>;
  /** By the Uniqueid of the agent's channel. */
  readonly consultations: Map<string, Consultation>;
  /** By the Uniqueid of the channel that spies. */
  readonly spies: Map<string, Spy>;
  /** By the same: as last commanded, or as the spy began. */
  readonly spyModes: BoundedMap<string, SpyMode>;
};

export function createInCall(): InCall {
  return {
    recordings: new BoundedMap(10_000),
    muted: new BoundedMap(1000),
    consultations: new Map(),
    spies: new Map(),
    spyModes: new BoundedMap(1000),
  };
}

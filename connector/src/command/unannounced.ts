/** What commands change at Asterisk without an event of AMI's. The model gets an event in its place. */
import type { QueueName, SpyMode } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";

/** What an action changed, or is about to change, of which AMI sends no event. */
export type UnannouncedChange =
  /** EV16: the channel is about to be moved or hung up; null: it is not, after all. */
  | Readonly<{ kind: "callerCommanded"; channel: string; outcome: "moved" | "hungUp" | null }>
  /** CM5: a queue's statistics were reset; null: those of all queues. */
  | Readonly<{ kind: "queueReset"; queue: QueueName | null }>
  /** EV7: Asterisk refused an originate at once. */
  | Readonly<{ kind: "originateRefused"; actionId: string }>
  /** CM21: the agent's channel was muted or unmuted. */
  | Readonly<{ kind: "channelMuted"; channel: string; muted: boolean }>
  /** CM23: Asterisk accepted a spy, or the change of its mode. `uniqueId`: of the channel that spies. */
  | Readonly<{ kind: "spyModeCommanded"; uniqueId: string; mode: SpyMode }>
  /** CM20: the channel is about to call `to` while it holds `caller`; null: it is not, after all. */
  | Readonly<{ kind: "consultationCommanded"; channel: string; caller: string | null; to: string | null }>;

/** The AMI event that Asterisk would send, if it sent one. */
export function eventOf(change: UnannouncedChange, at: number): AmiEvent {
  switch (change.kind) {
    case "callerCommanded":
    case "channelMuted":
    case "spyModeCommanded":
    case "consultationCommanded":
      return { ...change, at };
    case "queueReset":
      return { kind: "queueStatsReset", queue: change.queue, at };
    case "originateRefused":
      return {
        kind: "originateResponse",
        actionId: change.actionId,
        success: false,
        reason: 0,
        uniqueId: null,
        at,
      };
  }
}

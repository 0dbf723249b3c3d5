/**
 * Decides which of two connectors of one site holds the uplink (UP3). Pure. The worst case is a standby that takes over
 * while the first connector still runs behind a broken network: both would report the same calls.
 */
import { type Hello, uplinkProtocol, uplinkSilenceMs } from "@pbxis/shared";
import type * as z from "zod";

export type HelloFrame = z.infer<typeof Hello>;

/**
 * The connector whose socket is open and not marked as closed. `receivedAt` (ms) is the time of its last frame or ping.
 */
export type Holder = Readonly<{ epoch: string; startedAt: number; receivedAt: number }>;

/**
 * | holder                        | verdict                                     |
 * |-------------------------------|---------------------------------------------|
 * | none                          | accept                                      |
 * | the same epoch                | accept, its old socket is replaced          |
 * | silent                        | accept, the silent one is superseded        |
 * | started earlier than `hello`  | accept, the earlier one is superseded       |
 * | started later                 | refuse as superseded                        |
 */
export type HelloVerdict =
  | Readonly<{ kind: "accept"; old: "none" | "replaced" | "superseded" }>
  | Readonly<{ kind: "refuse"; reason: "superseded" | "protocol_mismatch" }>;

export function judgeHello(hello: HelloFrame, holder: Holder | null, now: number): HelloVerdict {
  if (hello.protocol !== uplinkProtocol) return { kind: "refuse", reason: "protocol_mismatch" };
  if (!holder) return { kind: "accept", old: "none" };
  if (holder.epoch === hello.epoch) return { kind: "accept", old: "replaced" };
  if (isSilent(holder.receivedAt, now) || startedLater(hello, holder)) return { kind: "accept", old: "superseded" };
  return { kind: "refuse", reason: "superseded" };
}

function isSilent(receivedAt: number, now: number): boolean {
  return now - receivedAt > uplinkSilenceMs;
}

/**
 * The epoch decides between two connectors that started in the same millisecond. Any order will do if all agree on it.
 */
function startedLater(one: Readonly<{ startedAt: number; epoch: string }>, other: typeof one): boolean {
  return one.startedAt !== other.startedAt ? one.startedAt > other.startedAt : one.epoch > other.epoch;
}

/**
 * EV16 compared with what Asterisk reports to the driver's own AMI connection: each caller who joins a queue leaves it
 * once. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { AmiPacket } from "./ami.ts";
import { phoneOf } from "./rings.ts";
import { agentOf } from "./truth.ts";

/**
 * `ends`: by queue, the outcomes in the order in which the callers joined, where AMI does not show them. `isCommander`:
 * the chain carried out the commands of the scenario. Any other chain sees a caller leave who was moved or hung up.
 */
export type WaitEnds = Readonly<Record<string, readonly string[]>>;

export function waitDifferences(
  events: readonly SiteEvent[],
  ami: readonly AmiPacket[],
  ends: WaitEnds = {},
  isCommander = true,
): string[] {
  const found: string[] = [];
  const left = events.flatMap((event) => (event.type === "queueCallEnded" ? [event] : []));
  const joined = new Map<string, number>();
  for (const join of ami) {
    if (join.Event !== "QueueCallerJoin") continue;
    const { Queue: queue = "", Uniqueid: uniqueId } = join;
    const nth = joined.get(queue) ?? 0;
    joined.set(queue, nth + 1);
    const expected = endOf(join, ami, ends[queue]?.[nth], isCommander);
    const index = left.findIndex((event) => event.queue === queue && event.uniqueId === uniqueId);
    const [event] = index < 0 ? [] : left.splice(index, 1);
    const actual = event ? `${event.outcome} ${event.agent}` : "nothing";
    if (expected !== undefined && !expected.split(" or ").includes(actual))
      found.push(`EV16: the wait of ${uniqueId} in ${queue}: expected ${expected}, got ${actual}`);
    // The clients' tokens have no claim `callers`.
    if (event && (event.number !== null || event.name !== null)) found.push(`EV16: shows the caller of ${uniqueId}`);
  }
  return [...found, ...left.map((event) => `EV16: unexpected ${JSON.stringify(event)}`)];
}

/** Such as `answered 1001`, or two of these with `or` between them; undefined if the wait goes on. */
function endOf(
  join: AmiPacket,
  ami: readonly AmiPacket[],
  given: string | undefined,
  isCommander: boolean,
): string | undefined {
  const after = ami.slice(ami.indexOf(join));
  const of = (name: string) =>
    after.find(
      ({ Event, Uniqueid, Queue }) =>
        Event === name && Uniqueid === join.Uniqueid && (Queue ?? join.Queue) === join.Queue,
    );
  const connect = of("AgentConnect");
  const isOthers = (given === "moved" || given === "hungUp") && !isCommander;
  if (given !== undefined) return given.includes(" ") ? given : `${isOthers ? "exited" : given} null`;
  if (connect) {
    const picked = after.find(({ Event, TargetLinkedid }) => Event === "Pickup" && TargetLinkedid === join.Linkedid);
    if (!picked) return `answered ${agentOf(connect.DestChannel?.replace(/-[0-9a-f]{8}$/, ""))}`;
    const byPicker = `answered ${phoneOf(picked.Channel)}`;
    // Asterisk 16 may report the pickup after the answer. Behind a Local channel only the pickup shows who has answered.
    const isLate = after.indexOf(picked) > after.indexOf(connect);
    return isLate ? `${byPicker} or answered ${agentOf(connect.Interface)}` : byPicker;
  }
  if (!of("QueueCallerLeave")) return undefined;
  return of("HangupRequest") ? "abandoned null" : "exited null";
}

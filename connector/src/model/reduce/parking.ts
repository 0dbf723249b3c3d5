/** EV8: Asterisk's parking events are told as they are. */
import type { ParkingTold } from "../../ami/event/event.ts";
import type { Changes } from "../state/changes.ts";

export function onParkingTold(changes: Changes, event: ParkingTold): void {
  const { kind, at, channel, callerId, parkingSpace } = event;
  changes.occurrences.push({ type: kind, channel, callerId, parkingSpace, at });
}

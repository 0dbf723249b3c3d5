/** EV8: Asterisk's parking events are told as they are. */
import type { ParkingEvent } from "../../ami/event/event.ts";
import type { Changes } from "../state/changes.ts";

export function onParkingEvent(changes: Changes, event: ParkingEvent): void {
  const { kind, at, channel, callerId, parkingSpace } = event;
  changes.occurrences.push({ type: kind, channel, callerId, parkingSpace, at });
}

/** EV8, EV22: parked calls. Asterisk's parking events are published as they are, and each space's call is a state. */
import type { ParkedCallSwap, ParkingEvent } from "../../ami/event/event.ts";
import { addOccurrence, type Changes, markParkedCall } from "../state/changes.ts";
import type { Model, ParkedCall } from "../state/state.ts";
import { parkedCallState } from "../state/state-ref.ts";

export function onParkingEvent(model: Model, changes: Changes, event: ParkingEvent): void {
  const { kind, at, channel, callerId, parkingSpace } = event;
  if (kind === "parkedCall") rememberParkedCall(model, changes, event, Math.max(0, at - event.parkedSeconds * 1000));
  else forgetParkedCall(model, changes, event.parkingLot, parkingSpace);
  if (!event.listed) addOccurrence(changes, { type: kind, channel, callerId, parkingSpace, at });
}

/** An attended transfer to a parking space parks the phone first and then replaces it by the caller. */
export function onParkedCallSwap(model: Model, changes: Changes, event: ParkedCallSwap): void {
  const { key } = parkedCallState(event.parkingLot, event.parkingSpace);
  rememberParkedCall(model, changes, event, model.parkedCalls.get(key)?.since ?? event.at);
}

function rememberParkedCall(
  model: Model,
  changes: Changes,
  { parkingLot, parkingSpace, channel, uniqueId, callerId }: ParkingEvent | ParkedCallSwap,
  since: number,
): void {
  const state = parkedCallState(parkingLot, parkingSpace);
  const known = model.parkedCalls.get(state.key);
  const parked: ParkedCall = {
    state,
    parkingLot,
    parkingSpace,
    channel,
    uniqueId,
    callerId,
    // The live event's time is more exact than a list's whole seconds.
    since: known?.uniqueId === uniqueId ? known.since : since,
    seenIn: model.generation,
  };
  model.parkedCalls.set(state.key, parked);
  markParkedCall(changes, parked);
}

function forgetParkedCall(model: Model, changes: Changes, parkingLot: string, parkingSpace: string): void {
  const parked = model.parkedCalls.get(parkedCallState(parkingLot, parkingSpace).key);
  if (parked) dropParkedCall(model, changes, parked);
}

export function dropParkedCall(model: Model, changes: Changes, parked: ParkedCall): void {
  model.parkedCalls.delete(parked.state.key);
  markParkedCall(changes, parked);
}

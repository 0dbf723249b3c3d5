/**
 * EV20: the order in which a queue's callers wait. Asterisk says at which place each joins and leaves; that the others
 * move up is not sent, and neither is a change of priority. The place of whoever leaves tests the whole order before:
 * if it is another one, Asterisk is asked for that queue's list.
 */
import { addEffect, type Changes } from "../state/changes.ts";
import type { Caller, Queue } from "../state/state.ts";

/** Moves the caller there who stands elsewhere. Without a place, who is new comes last. */
export function standAt({ line }: Queue, caller: Caller, position: number | null): void {
  const place = line.indexOf(caller);
  if (position === null ? place >= 0 : place === position - 1) return;
  if (place >= 0) line.splice(place, 1);
  line.splice(position === null ? line.length : position - 1, 0, caller);
}

export function stepOut({ line }: Queue, caller: Caller): void {
  const place = line.indexOf(caller);
  if (place >= 0) line.splice(place, 1);
}

/** To be called before the caller steps out. */
export function checkPlace(changes: Changes, { name, line }: Queue, caller: Caller, position: number | null): void {
  if (position !== null && line[position - 1] !== caller) addEffect(changes, { kind: "askQueue", queue: name });
}

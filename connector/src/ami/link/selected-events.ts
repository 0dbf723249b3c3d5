/**
 * Which events the framer passes on: those that the model or the link uses. All others are skipped unread, and counted.
 */
import { decodedEvents } from "../event/decode.ts";
import type { SelectEvent } from "../wire/event-names.ts";

/**
 * Besides the model's events the link uses `Shutdown` and the last items of lists (`QueueStatusComplete`, …). An
 * account that receives `VarSet` receives about a hundred per call, of which one is of use.
 */
export const selectEvent: SelectEvent = (name) => {
  if (name === "VarSet") return "\r\nVariable: MIXMONITOR_FILENAME\r\n";
  return decodedEvents.has(name) || name.endsWith("Complete") || name === "Shutdown";
};

/** The lists that a regeneration asks for: as few as give the whole state. */
import type { RegenerationList } from "../event/event.ts";
import type { Wanted } from "../wire/event-names.ts";

/** Without the first two there is no model; the others make it better. */
export const regenerationActions: readonly Readonly<{ list: RegenerationList; action: string; required: boolean }>[] = [
  { list: "queues", action: "QueueStatus", required: true },
  { list: "channels", action: "CoreShowChannels", required: true },
  { list: "extensions", action: "ExtensionStateList", required: false },
  { list: "devices", action: "DeviceStateList", required: false },
];

/**
 * The events that the link looks at besides the model's; the lists' last items are among them. Of about a hundred `VarSet`s a call,
 * to an account that gets them, one is of use.
 */
export function isWanted(names: ReadonlySet<string>): Wanted {
  return (event) => {
    if (event === "VarSet") return names.has(event) && "\r\nVariable: MIXMONITOR_FILENAME\r\n";
    return names.has(event) || event.endsWith("Complete") || event === "Shutdown";
  };
}

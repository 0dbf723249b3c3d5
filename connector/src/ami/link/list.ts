/** The lists that a regeneration requests: as few as give the whole state. */
import type { RegenerationList } from "../event/event.ts";
import type { ActionFields } from "./action.ts";

/** The model cannot do without the `required` ones; the others complete it. */
export const regenerationActions: readonly Readonly<{ list: RegenerationList; action: string; required: boolean }>[] = [
  { list: "queues", action: "QueueStatus", required: true },
  { list: "channels", action: "CoreShowChannels", required: true },
  { list: "extensions", action: "ExtensionStateList", required: false },
  { list: "devices", action: "DeviceStateList", required: false },
  { list: "parking", action: "ParkedCalls", required: false },
];

/** The callers of one queue, without its members: none has this name. */
export function queueStatusFields(queue: string): ActionFields {
  return [
    ["Queue", queue],
    ["Member", "-"],
  ];
}

/** The lists that a regeneration asks for: as few as give the whole state. */
import type { RegenerationList } from "../event/event.ts";

/** Without the first two there is no model; the others make it better. */
export const regenerationActions: readonly Readonly<{ list: RegenerationList; action: string; required: boolean }>[] = [
  { list: "queues", action: "QueueStatus", required: true },
  { list: "channels", action: "CoreShowChannels", required: true },
  { list: "extensions", action: "ExtensionStateList", required: false },
  { list: "devices", action: "DeviceStateList", required: false },
];

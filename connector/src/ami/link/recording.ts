/** How the link asks for the path of a channel's recording: MixMonitor puts it into a channel variable. */
import type { ActionFields } from "./action.ts";

export function recordingFields(channel: string): ActionFields {
  return [
    ["Channel", channel],
    ["Variable", "MIXMONITOR_FILENAME"],
  ];
}

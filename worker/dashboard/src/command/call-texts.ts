/** The texts of the commands about a call in progress (CM20–CM25). Pure. */
import type { CommandInput } from "@pbxis/shared/client";

type CallCommand = Extract<
  CommandInput,
  {
    type:
      | "attendedTransfer"
      | "completeTransfer"
      | "joinTransfer"
      | "cancelTransfer"
      | "mute"
      | "recording"
      | "spy"
      | "pickup"
      | "sendDigits";
  }
>;

const recordingVerbs = {
  paused: ["Pause", "Pausing"],
  on: ["Resume", "Resuming"],
  stopped: ["Stop", "Stopping"],
} as const;
const spyVerbs = {
  listen: ["Listen to", "Starting to listen to"],
  whisper: ["Whisper to the agent in", "Starting to whisper in"],
  barge: ["Join", "Joining"],
} as const;

/** The verb of the request and of its progress, and what it is about. `call`: such as `the call of Ann with 555`. */
export function callCommandText(
  command: CallCommand,
  call: string,
  nameOf: (agent: string) => string,
): readonly [verbs: readonly [request: string, progress: string], what: string] {
  switch (command.type) {
    case "attendedTransfer":
      return [["Consult", "Calling"], `${command.to} about ${call}`];
    case "completeTransfer":
      return [["Complete", "Completing"], `the transfer of ${nameOf(command.agent)}`];
    case "joinTransfer":
      return [["Join", "Joining"], `all three calls of ${nameOf(command.agent)}`];
    case "cancelTransfer":
      return [["Cancel", "Cancelling"], `the transfer of ${nameOf(command.agent)}`];
    case "mute":
      return [
        command.muted === false ? ["Unmute", "Unmuting"] : ["Mute", "Muting"],
        `${nameOf(command.agent)} in ${call}`,
      ];
    case "recording":
      return [recordingVerbs[command.state], `the recording of ${call}`];
    case "spy":
      return [spyVerbs[command.mode], call];
    case "pickup":
      return [["Pick up", "Picking up"], `the call that rings at ${nameOf(command.of)}`];
    case "sendDigits":
      return [["Send", "Sending"], `digits into ${call}`];
  }
}

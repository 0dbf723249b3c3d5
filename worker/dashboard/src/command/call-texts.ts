/** The texts of the commands about a call in progress (CM20–CM23, CM25). Pure. */
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

type NameOf = (agent: string) => string;

/** The verb of the request and of its progress, and what it is about. `call`: such as `the call of Ann with 555`. */
export function callCommandText(
  command: CallCommand,
  call: string,
  nameOf: NameOf,
): readonly [verbs: readonly [request: string, progress: string], what: string] {
  switch (command.type) {
    case "attendedTransfer":
      return [["Consult", "Calling"], `${command.to} about ${call}`];
    case "completeTransfer":
      return [["Complete", "Completing"], transferOf(command, nameOf)];
    case "joinTransfer":
      return [["Join", "Joining"], `all three of ${transferOf(command, nameOf)}`];
    case "cancelTransfer":
      return [["Cancel", "Cancelling"], transferOf(command, nameOf)];
    case "mute":
      return [
        command.muted === false ? ["Unmute", "Unmuting"] : ["Mute", "Muting"],
        `${nameOf(command.agent)} in ${call}`,
      ];
    case "recording":
      return [recordingVerbs[command.state], `the recording of ${call}`];
    case "spy":
      return [spyVerbs[command.mode], call];
    case "sendDigits":
      return [["Send", "Sending"], `${command.digits} into ${call}`];
  }
}

function transferOf({ agent, to }: Readonly<{ agent: string; to?: string | undefined }>, nameOf: NameOf): string {
  return `the transfer of ${nameOf(agent)}${to === undefined ? "" : ` to ${to}`}`;
}

/** Plans calls to the extensions of `--print-dialplan`: an agent's phone rings, and then one of them runs. */
import { outcomeFailed } from "@pbxis/shared";
import { originatedBy, originatedChannelId } from "../model/state/originated.ts";
import { interfaceToDial } from "./dial.ts";
import type { PlanContext } from "./plan-context.ts";
import { type SnippetExtension, snippetCheck } from "./snippet.ts";
import { type Plan, stepOf } from "./step.ts";
import { assignment } from "./variable.ts";

type SnippetCall = Readonly<{
  /** Whose phone rings. */
  agent: string;
  extension: SnippetExtension;
  /**
   * The live channel that the extension is about: its whole name, because ChanSpy takes a part for a prefix, or the
   * Uniqueid of an originated one.
   */
  channel: string;
  /** Of `spy`: listen, whisper or barge. */
  mode?: "" | "w" | "B";
  /** What the phone shows; undefined leaves it to Asterisk. */
  callerId?: string | undefined;
  timeoutSeconds: number;
}>;

/** Without the characters that the snippet's applications would read as options, or as several channels. */
const wholeChannel = /^[A-Za-z0-9]+\/[A-Za-z0-9_.@:+;=*#~/-]+-[0-9a-f]+(?:;[12])?$/;

export function planSnippetCall(call: SnippetCall, { lookup, settings, actionId }: PlanContext): Plan {
  const { agent, extension, channel, mode, callerId } = call;
  if (!wholeChannel.test(channel) && !originatedBy(channel))
    return refuse("not_found", `the channel of this call cannot be named to Asterisk`);
  const dialed = interfaceToDial(lookup, agent, settings.interfacePrefix);
  if (dialed === null) return refuse("bad_request", `no interface to dial is known for agent ${agent}`);
  const forMs = call.timeoutSeconds * 1000;
  const originate = stepOf("Originate", [
    ["Channel", dialed],
    ["Context", settings.edgeContext],
    ["Exten", extension],
    ["Priority", 1],
    ["Timeout", forMs],
    ["CallerID", callerId],
    ["Async", true],
    ["ChannelId", originatedChannelId(actionId, agent)],
    ["Variable", assignment("PBXIS_CHANNEL", channel)],
    ["Variable", mode === undefined ? undefined : assignment("PBXIS_MODE", mode)],
  ]);
  const steps = [snippetCheck(extension, settings.edgeContext), originate];
  const followUp = { kind: "ringing", agent, forMs } as const;
  return { kind: "steps", actionId, steps, independent: false, result: { actionId }, followUp };
}

function refuse(code: "bad_request" | "not_found", message: string): Plan {
  return { kind: "settled", outcome: outcomeFailed(code, message) };
}

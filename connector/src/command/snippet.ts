/**
 * What `--print-dialplan` prints: the extensions of the operator's dialplan to which an originated call may go besides
 * numbers. AMI could start the same applications itself, but whoever may name one may name any: the dialplan holds
 * them, and the connector sends only the variables (CM13).
 */
import { outcomeFailed } from "@pbxis/shared";
import { type ActionStep, stepOf } from "./step.ts";

export const snippetExtensions = ["pick", "pickup", "spy"] as const;
export type SnippetExtension = (typeof snippetExtensions)[number];

/**
 * Lines for extensions.conf. `S` ends a spy at once whose channel has gone, and `d` lets the mode change (22.10 and
 * 16.28).
 */
export function dialplanSnippet(context: string): string {
  return `; For the commands pickCaller, pickup and spy of pbxis-edge. Nothing else should lead to this context.
[${context}]
exten => pick,1,Answer()
 same => n,Bridge(\${PBXIS_CHANNEL},x)
 same => n,Hangup()
exten => pickup,1,PickupChan(\${PBXIS_CHANNEL},p)
 same => n,Hangup()
; PBXIS_MODE is empty (listen), w (whisper) or B (barge).
exten => spy,1,ChanSpy(\${PBXIS_CHANNEL},qdS\${PBXIS_MODE})
 same => n,Hangup()
`;
}

/**
 * The question before a call to the snippet. Each command asks, so that a dialplan that was reloaded counts at once.
 * Without the module func_dialplan the value is empty; then the call is tried.
 */
export function snippetCheck(extension: SnippetExtension, context: string): ActionStep {
  const outcome = outcomeFailed(
    "not_permitted",
    `the dialplan has no extension ${extension} in the context ${context}: add what the connector prints with --print-dialplan`,
  );
  return stepOf("Getvar", [["Variable", snippetQuestion(extension, context)]], { unless: { value: "0", outcome } });
}

export function snippetQuestion(extension: SnippetExtension, context: string): string {
  return `DIALPLAN_EXISTS(${context},${extension},1)`;
}

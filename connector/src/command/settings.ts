/** What the operator's settings allow commands to do (CM13). */
import type { VariableRule } from "./variable.ts";

export type CommandSettings = Readonly<{
  originateContext: string;
  redirectContext: string;
  /** Context of the snippet that `--print-dialplan` prints. */
  edgeContext: string;
  /** Technology and slash, such as `PJSIP/`, for agents whose interface is not known. */
  interfacePrefix: string;
  /**
   * Templates with `{agent}` for new members of whom nothing else is known (CM4). Null: the phone, and its own state.
   */
  memberInterface: string | null;
  memberStateInterface: string | null;
  /** CM20: off by default, because without `t` in `Queue()` the other party hears digits. */
  attendedTransfer: boolean;
  /** CM20: makes a conference of an attended transfer. */
  threewayDigits: string;
  /** What `to` must match, besides the protocol's own rule. Anchored at both ends. */
  dialPattern: RegExp;
  variables: VariableRule;
}>;

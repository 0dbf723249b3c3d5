/** What commands may do, from the settings that `config.ts` has read. */
import type { CommandSettings } from "./settings.ts";
import { parseVariableRule } from "./variable.ts";

type Given = Readonly<{
  PBXIS_ORIGINATE_CONTEXT: string;
  PBXIS_REDIRECT_CONTEXT: string;
  PBXIS_EDGE_CONTEXT: string;
  PBXIS_INTERFACE_PREFIX: string;
  PBXIS_MEMBER_INTERFACE?: string | undefined;
  PBXIS_MEMBER_STATE_INTERFACE?: string | undefined;
  PBXIS_ATTENDED_TRANSFER: "on" | "off";
  PBXIS_THREEWAY_DIGITS: string;
  PBXIS_DIAL_PATTERN: string;
  PBXIS_VARIABLES: string;
}>;

/** A string is an error message. */
export function commandSettings(settings: Given): CommandSettings | string {
  const dialPattern = wholePattern(settings.PBXIS_DIAL_PATTERN);
  if (!dialPattern) return "PBXIS_DIAL_PATTERN must be a regular expression";
  const variables = parseVariableRule(settings.PBXIS_VARIABLES);
  if (!variables) return "PBXIS_VARIABLES must be names separated by commas, each a whole name or a prefix and a *";
  return {
    originateContext: settings.PBXIS_ORIGINATE_CONTEXT,
    redirectContext: settings.PBXIS_REDIRECT_CONTEXT,
    edgeContext: settings.PBXIS_EDGE_CONTEXT,
    interfacePrefix: settings.PBXIS_INTERFACE_PREFIX,
    memberInterface: settings.PBXIS_MEMBER_INTERFACE ?? null,
    memberStateInterface: settings.PBXIS_MEMBER_STATE_INTERFACE ?? null,
    attendedTransfer: settings.PBXIS_ATTENDED_TRANSFER === "on",
    threewayDigits: settings.PBXIS_THREEWAY_DIGITS,
    dialPattern,
    variables,
  };
}

function wholePattern(pattern: string): RegExp | undefined {
  try {
    // Alone first: a pattern such as `a)|(b` would be valid only inside the group.
    new RegExp(pattern);
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return undefined;
  }
}

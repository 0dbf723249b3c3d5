/** Maps Asterisk's error messages (of 16.28 and 22.10) to the protocol's error codes. */
import { type FailureCode, hasControlCharacter, type Outcome, outcomeFailed } from "@pbxis/shared";

const maxMessage = 200;

/** One line of at most 200 characters, fit for a log and for a client. */
export function safeText(text: string): string {
  const shown = Array.from(text.slice(0, maxMessage * 2), (one) => (hasControlCharacter(one) ? " " : one)).join("");
  return shown.trim().slice(0, maxMessage).toWellFormed();
}

const codes: readonly (readonly [expression: RegExp, code: FailureCode])[] = [
  [/^No such channel/i, "not_found"],
  [/^Channel .*does not exist/i, "not_found"],
  [/No such queue$/i, "not_found"],
  [/^Interface not found/i, "not_found"],
  // The plan checks that the member exists, so this is said only while the model is behind.
  [/^Unable to remove interface: Not there/i, "not_found"],
  [/^Invalid interface, queuename or penalty/i, "not_found"],
  [/^Permission denied/i, "not_permitted"],
];

export function refusalCode(message: string): FailureCode {
  return codes.find(([expression]) => expression.test(message))?.[1] ?? "asterisk_refused";
}

export function refused(message: string, details: Parameters<typeof outcomeFailed>[2]): Outcome {
  return outcomeFailed(refusalCode(message), `Asterisk refused: ${safeText(message) || "no reason"}`, details);
}

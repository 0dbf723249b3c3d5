/**
 * Encodes actions. A value with a character that could end a line or a packet is refused: AMI has no quoting, so the
 * author of a value with a line break could add headers and actions.
 */
import { hasControlCharacter } from "@pbxis/shared";
import type { Fields } from "../wire/packet.ts";

/** Asterisk drops request lines over 1,024 bytes, in some cases silently. */
export const maxActionLineBytes = 1000;

export type ActionFields = readonly (readonly [name: string, value: string])[];

export type EncodedAction = Readonly<{ ok: true; bytes: Uint8Array }> | Readonly<{ ok: false; reason: string }>;

/**
 * The outcome of an action. `answered`: Asterisk carried it out or refused it (`ok`), with its `message`; `fields` are
 * those of the answer, for a list those of its last item. `notSent`: it was certainly not carried out. `lost`: it was
 * sent, and whether it was carried out is not known.
 */
export type ActionAnswer =
  | Readonly<{ kind: "answered"; ok: boolean; message: string; fields: Fields }>
  | Readonly<{ kind: "notSent"; because: string }>
  | Readonly<{ kind: "lost"; because: string }>;

const encoder = new TextEncoder();

/** `fields` may repeat a name (`Variable`). The `reason` of a refusal names the field, never its value. */
export function encodeAction(action: string, actionId: string, fields: ActionFields = []): EncodedAction {
  // Asterisk returns an id without surrounding blanks, and an empty one not at all: the answer could not be matched.
  if (!/^[\w-]+$/.test(actionId)) return { ok: false, reason: "ActionID is not a word" };
  const lines: string[] = [];
  for (const [name, value] of [["Action", action], ["ActionID", actionId], ...fields] as const) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) return { ok: false, reason: "a header's name is not a word" };
    if (hasControlCharacter(value)) return { ok: false, reason: `${name} has a control character` };
    // Half of a surrogate pair cannot be encoded as UTF-8: Asterisk would receive another value.
    if (!value.isWellFormed()) return { ok: false, reason: `${name} is not well-formed text` };
    const line = `${name}: ${value}\r\n`;
    if (encoder.encode(line).length > maxActionLineBytes) return { ok: false, reason: `${name} is too long` };
    lines.push(line);
  }
  return { ok: true, bytes: encoder.encode(`${lines.join("")}\r\n`) };
}

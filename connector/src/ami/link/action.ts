/**
 * Actions as bytes. Nothing that could end a line or a packet gets into one: AMI has no quoting, so a line break in a value would
 * be an action of the value's author.
 */
import { hasControlCharacter } from "@pbxis/shared";
import type { Fields } from "../wire/packet.ts";

/** Asterisk drops request lines over 1,024 bytes, in part silently. */
export const maxActionLineBytes = 1000;

export type ActionFields = readonly (readonly [name: string, value: string])[];

export type EncodedAction = Readonly<{ ok: true; bytes: Uint8Array }> | Readonly<{ ok: false; reason: string }>;

/**
 * What became of an action. `answered`: Asterisk did it or refused it (`ok`), with its words; `fields` are the answer's, of a list those of its last
 * item. `notSent`: it was certainly not done. `lost`: it was sent and nobody knows whether it was done.
 */
export type ActionAnswer =
  | Readonly<{ kind: "answered"; ok: boolean; message: string; fields: Fields }>
  | Readonly<{ kind: "notSent"; because: string }>
  | Readonly<{ kind: "lost"; because: string }>;

const encoder = new TextEncoder();

/** `fields` may repeat a name (`Variable`). The reason of a refusal names the field, never its value. */
export function encodeAction(action: string, actionId: string, fields: ActionFields = []): EncodedAction {
  // Asterisk gives an id back without the blanks around it, and none at all for an empty one: such an answer would be nobody's.
  if (!/^[\w-]+$/.test(actionId)) return { ok: false, reason: "ActionID is not a word" };
  const lines: string[] = [];
  for (const [name, value] of [["Action", action], ["ActionID", actionId], ...fields] as const) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) return { ok: false, reason: "a header's name is not a word" };
    if (hasControlCharacter(value)) return { ok: false, reason: `${name} has a control character` };
    // UTF-8 has no half of a surrogate pair: Asterisk would get another value than it was given.
    if (!value.isWellFormed()) return { ok: false, reason: `${name} is not well-formed text` };
    const line = `${name}: ${value}\r\n`;
    if (encoder.encode(line).length > maxActionLineBytes) return { ok: false, reason: `${name} is too long` };
    lines.push(line);
  }
  return { ok: true, bytes: encoder.encode(`${lines.join("")}\r\n`) };
}

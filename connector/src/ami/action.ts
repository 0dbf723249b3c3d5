/**
 * Actions as bytes. Nothing that could end a line or a packet gets into one: AMI has no quoting, so a line break in a value would
 * be an action of the value's author.
 */

/** Asterisk drops request lines over 1,024 bytes, in part silently. */
export const maxActionLineBytes = 1000;

export type ActionFields = readonly (readonly [name: string, value: string])[];

export type EncodedAction = Readonly<{ ok: true; bytes: Uint8Array }> | Readonly<{ ok: false; reason: string }>;

const encoder = new TextEncoder();

/** `fields` may repeat a name (`Variable`). The reason of a refusal names the field, never its value. */
export function encodeAction(action: string, actionId: string, fields: ActionFields = []): EncodedAction {
  const lines: string[] = [];
  for (const [name, value] of [["Action", action], ["ActionID", actionId], ...fields] as const) {
    if (!/^[A-Za-z0-9-]+$/.test(name)) return { ok: false, reason: "a header's name is not a word" };
    if (hasControlCharacter(value)) return { ok: false, reason: `${name} has a control character` };
    const line = `${name}: ${value}\r\n`;
    if (encoder.encode(line).length > maxActionLineBytes) return { ok: false, reason: `${name} is too long` };
    lines.push(line);
  }
  return { ok: true, bytes: encoder.encode(`${lines.join("")}\r\n`) };
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

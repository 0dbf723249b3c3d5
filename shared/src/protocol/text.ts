/** Text that may go into one line of AMI and into the dialplan without meaning anything there. */
import * as z from "zod";

/** True if `value` has a C0 or C1 control character; such a text could break a line of AMI or of a log. */
export function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

/** CM13: no control character, and nothing that the dialplan would evaluate. `max` in characters. */
export function text(max: number, min = 1) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((value) => !hasControlCharacter(value), "must have no control character")
    .refine((value) => !/\$[{[]/.test(value), "must have no ${ and no $[");
}

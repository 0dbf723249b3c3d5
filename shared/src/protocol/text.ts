/** Text that is safe in one line of AMI and in the dialplan: nothing in it is interpreted there. */
import * as z from "zod";

/** Whether `value` has a C0 or C1 control character, which could break a line of AMI or of a log. */
export function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

/** U+2028 and U+2029, at which some readers of a stream end a line. */
export function hasLineSeparator(value: string): boolean {
  return /[\u2028\u2029]/.test(value);
}

/**
 * CM13: text without control characters, line separators and anything that the dialplan would evaluate. `min` and `max`
 * in characters.
 */
export function text(max: number, min = 1) {
  return z
    .string()
    .min(min, `must have at least ${min} character`)
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !hasControlCharacter(value), "must have no control character")
    .refine((value) => !hasLineSeparator(value), "must have no line separator")
    .refine((value) => !/\$[{[]/.test(value), "must have no ${ and no $[");
}

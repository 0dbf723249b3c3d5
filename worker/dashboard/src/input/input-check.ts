/** Normalises and checks what users type into commands, by the rules of CM13. Problems are texts for the user. Pure. */

/** Removes the spaces, dots, brackets, dashes and slashes with which people write phone numbers. */
export function cleanNumber(text: string): string {
  const trimmed = text.trim();
  return /^[+0-9*#\s().\-/]+$/.test(trimmed) ? trimmed.replaceAll(/[\s().\-/]/g, "") : trimmed;
}

/** Null if the cleaned `number` can be dialled. */
export function numberProblem(number: string): string | null {
  if (number === "") return "Enter a number.";
  if (/^\+?[0-9*#]{1,40}$/.test(number) || /^[A-Za-z][A-Za-z0-9_.-]{1,39}$/.test(number)) return null;
  if (number.length > 40) return "Too long: at most 40 digits.";
  if (/^\+?[0-9*#+]*$/.test(number)) return "A + is only allowed at the beginning, followed by digits.";
  if (/^[A-Za-z]/.test(number)) return "An extension name has 2–40 letters, digits, dots, dashes and underscores.";
  return "Only digits, *, # and a leading + are allowed, or an extension name.";
}

/** CM25: null if the cleaned `digits` can be played. */
export function digitsProblem(digits: string): string | null {
  if (digits === "") return "Enter the digits.";
  if (digits.length > 32) return "Too long: at most 32 digits.";
  return /^[0-9*#A-D]+$/.test(digits) ? null : "Only digits, *, #, and A to D are allowed.";
}

/** Null if `reason` can be sent to Asterisk. An empty text means no reason. */
export function reasonProblem(reason: string): string | null {
  if (reason.length > 80) return "Too long: at most 80 characters.";
  if (/[;|]/.test(reason)) return "A reason must not contain ; or |.";
  if (/\$[{[]/.test(reason)) return "A reason must not contain ${ or $[.";
  // A control character would end the AMI header line.
  if ([...reason].some((one) => one < " " || (one >= "\u007f" && one <= "\u009f")))
    return "A reason must be a single line of text.";
  return null;
}

/** Null if `penalty` is valid, or empty for no penalty. */
export function penaltyProblem(penalty: string): string | null {
  return /^[0-9]{0,6}$/.test(penalty.trim()) ? null : "A penalty is a whole number, 0 or more.";
}

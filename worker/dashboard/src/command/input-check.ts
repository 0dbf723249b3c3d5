/** What people type for a command, put right and checked before it is sent: by the rules of CM13, with words for people. Pure. */

/** Numbers are written with spaces, dots, brackets, dashes and slashes for the eye; Asterisk is given none. */
export function cleanNumber(text: string): string {
  const trimmed = text.trim();
  return /^[+0-9*#\s().\-/]+$/.test(trimmed) ? trimmed.replaceAll(/[\s().\-/]/g, "") : trimmed;
}

/** Null if `number`, cleaned, can be dialled. */
export function numberProblem(number: string): string | null {
  if (number === "") return "Enter a number.";
  if (/^\+?[0-9*#]{1,40}$/.test(number) || /^[A-Za-z][A-Za-z0-9_.-]{1,39}$/.test(number)) return null;
  if (number.length > 40) return "That is too long: at most 40 digits.";
  if (/^\+?[0-9*#+]*$/.test(number)) return "A + can only be at the beginning, with digits after it.";
  if (/^[A-Za-z]/.test(number)) return "An extension's name has 2–40 letters, digits, dots, dashes and underscores.";
  return "Only digits, *, # and a + at the beginning can be dialled, or an extension's name.";
}

/** Null if `reason` can be told to Asterisk; an empty one stands for none. */
export function reasonProblem(reason: string): string | null {
  if (reason.length > 80) return "That is too long: at most 80 characters.";
  if (/[;|]/.test(reason)) return "A reason cannot have a ; or a |.";
  if (/\$[{[]/.test(reason)) return "A reason cannot have ${ or $[.";
  // Asterisk's lines end at control characters.
  if ([...reason].some((one) => one < " " || (one >= "\u007f" && one <= "\u009f")))
    return "A reason is one line of text.";
  return null;
}

/** Null if `penalty` is one, or empty for none. */
export function penaltyProblem(penalty: string): string | null {
  return /^[0-9]{0,6}$/.test(penalty.trim()) ? null : "A penalty is a whole number from 0 on.";
}

/** A check of a package: what it shows, and a function that throws if it does not hold. */
import assert from "node:assert/strict";

export type Check = readonly [what: string, check: () => Promise<void> | void];

/** @throws Error if the text lacks one of the words. */
export function expectWords(text: string, ...words: readonly (string | RegExp)[]): void {
  for (const word of words) assert.match(text, typeof word === "string" ? new RegExp(word, "m") : word);
}

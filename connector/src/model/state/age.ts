/** The age of a channel or a call, as its Uniqueid or Linkedid tells it: `<s>.<n>`, behind a system name where one is set. */

/** Negative if `one` is older. */
export function compareAge(one: string, other: string): number {
  const [oneSeconds = 0, oneNumber = 0] = ageOf(one);
  const [otherSeconds = 0, otherNumber = 0] = ageOf(other);
  return oneSeconds - otherSeconds || oneNumber - otherNumber;
}

function ageOf(id: string): number[] {
  return id
    .slice(id.lastIndexOf("-") + 1)
    .split(".")
    .map(Number);
}

/**
 * The age of a channel or a call. Asterisk's Uniqueid and Linkedid are `<seconds>.<serial>`, prefixed with `<system
 * name>-` where asterisk.conf sets one. Those of originated calls end in `-<seconds>`, the second half of a Local
 * channel in `-<seconds>;2`.
 */

/** Negative if `one` is older than `other`. */
export function compareAge(one: string, other: string): number {
  const [oneSeconds = 0, oneSerial = 0] = ageOf(one);
  const [otherSeconds = 0, otherSerial = 0] = ageOf(other);
  return oneSeconds - otherSeconds || oneSerial - otherSerial;
}

function ageOf(id: string): number[] {
  return id
    .slice(id.lastIndexOf("-") + 1)
    .split(/[.;]/, 2)
    .map(Number);
}

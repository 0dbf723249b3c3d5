/** Which of an agent's queues fit on the card, without cutting a name. Pure. */
import type { Membership } from "@pbxis/shared/client";

/**
 * The characters that a row of the narrowest card holds, by the widest font: 16 rem, at most 8 px each. Style and
 * estimate go together: `.ag-card` in agents.css.
 */
const rowLength = 30;
/** A chip's padding and gap, and its marks of a penalty and a pause, in characters. */
const frame = 3;
const mark = 3;
const restLength = "+99 more".length + frame;

export type Chips = Readonly<{ shown: readonly Membership[]; rest: readonly Membership[] }>;

/** In `rows` rows, in the given order. At least one is shown, however long its name. */
export function chipsIn(memberships: readonly Membership[], rows: number): Chips {
  for (let count = memberships.length; count > 1; count--) {
    const shown = memberships.slice(0, count);
    const lengths = shown.map(lengthOf);
    if (rowsOf(count < memberships.length ? [...lengths, restLength] : lengths) <= rows)
      return { shown, rest: memberships.slice(count) };
  }
  return { shown: memberships.slice(0, 1), rest: memberships.slice(1) };
}

function lengthOf({ queue, penalty, status }: Membership): number {
  return queue.length + frame + (penalty ? mark : 0) + (status === "paused" ? mark : 0);
}

function rowsOf(lengths: readonly number[]): number {
  let rows = 1;
  let used = 0;
  for (const length of lengths) {
    const isFull = used > 0 && used + length > rowLength;
    if (isFull) rows++;
    used = isFull ? length : used + length;
  }
  return rows;
}

/**
 * Flow control of one socket (ST4): how much was sent that the client has not acknowledged, and what follows from it.
 * Pure.
 *
 * A client that acknowledges has a window. When it is full, nothing more is sent until the client acknowledges; it then
 * catches up from the site's log. A client that has never acknowledged has no window, so that a simple client needs no
 * code for it. When it has been sent `cutBytes` beyond its first frames, it is closed with `resume_now` and resumes by
 * its cursor. On a quiet site that takes days.
 */

/** A client that acknowledges has this much, and one frame, outstanding at most. */
export const windowBytes = 256 * 1024;
/** A client that never acknowledges is sent this much on one connection. */
export const cutBytes = 4 * 1024 * 1024;
/** If the platform reports that this much waits in memory for one socket, it is cut without waiting for `cutBytes`. */
export const bufferedBytes = 1024 * 1024;

/** Consecutive frames share one mark up to this size, so that the marks stay small in the socket's attachment. */
const markBytes = windowBytes / 16;
const maxMarks = 24;

/** `bytes` that are released when `sequence` is acknowledged. */
type Mark = readonly [sequence: number, bytes: number];

/**
 * `first` is the size of the frames that answered the connection. They never count towards a cut, or a large snapshot
 * would never arrive.
 */
export type Flow = Readonly<{ acknowledges: boolean; first: number; marks: readonly Mark[] }>;

export function startFlow(acknowledges: boolean): Flow {
  return { acknowledges, first: 0, marks: [] };
}

export function unackedBytes(flow: Flow): number {
  return flow.marks.reduce((sum, [, bytes]) => sum + bytes, 0);
}

/**
 * Counts a frame that ends at `sequence`. A sequence that goes back is a new epoch's: a client that acknowledges it has
 * received everything before.
 */
export function countSent(flow: Flow, sequence: number, bytes: number): Flow {
  const last = flow.marks.at(-1);
  if (!last) return { ...flow, marks: [[sequence, bytes]] };
  if (sequence < last[0]) return { ...flow, marks: [[sequence, unackedBytes(flow) + bytes]] };
  const marks: readonly Mark[] =
    last[1] + bytes <= markBytes
      ? [...flow.marks.slice(0, -1), [sequence, last[1] + bytes]]
      : [...flow.marks, [sequence, bytes]];
  return { ...flow, marks: marks.length > maxMarks ? mergePairs(marks) : marks };
}

/** Halves the number of marks: each pair becomes its later one, which releases both a little later than necessary. */
function mergePairs(marks: readonly Mark[]): readonly Mark[] {
  const merged: Mark[] = [];
  for (let index = 0; index < marks.length; index += 2) {
    const pair = marks.slice(index, index + 2);
    const [sequence] = pair.at(-1) ?? [0];
    merged.push([sequence, pair.reduce((sum, [, bytes]) => sum + bytes, 0)]);
  }
  return merged;
}

/** From the first acknowledgement on, a client has a window. */
export function countAck(flow: Flow, sequence: number): Flow {
  return { ...flow, acknowledges: true, marks: flow.marks.filter(([end]) => end > sequence) };
}

/**
 * Before a frame: send it, hold it back until an acknowledgement, or cut the socket. `buffered` (bytes) is 0 where it
 * is not known.
 */
export function planSend(flow: Flow, buffered: number): "send" | "hold" | "cut" {
  const unacked = unackedBytes(flow);
  if (flow.acknowledges && unacked >= windowBytes) return "hold";
  if (!flow.acknowledges && unacked >= flow.first + cutBytes) return "cut";
  return buffered >= flow.first + bufferedBytes ? "cut" : "send";
}

/**
 * Whether an acknowledgement need not be stored, if `kept` is what the attachment has. The object may then forget it
 * with its memory: the window has room for another frame, and the client's acknowledgement of that frame covers
 * everything before.
 */
export function mayForgetAck(kept: Flow): boolean {
  return kept.acknowledges && mayContinue(kept);
}

/** A held socket continues when half of its window is free, so that it does not stop again at the next frame. */
export function mayContinue(flow: Flow): boolean {
  return unackedBytes(flow) <= windowBytes / 2;
}

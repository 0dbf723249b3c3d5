/**
 * How much one socket has been sent that its client has not acknowledged, and what follows from it (ST4). Pure: counters in,
 * a decision out.
 *
 * A client that acknowledges has a window; past it nothing more is sent until it acknowledges, and it then catches up from the
 * site's log. A client that has never acknowledged has no window, so that a simple client needs no code for it; once it has been
 * sent `cutBytes` beyond its first frames it is cut with `resume_now` and goes on by its cursor. On a quiet site that takes days.
 */

/** A client that acknowledges is not sent more than this, and one frame, ahead of its acknowledgements. */
export const windowBytes = 256 * 1024;
/** A client that never acknowledges is sent this much on one connection. */
export const cutBytes = 4 * 1024 * 1024;
/** Where the platform can tell that so much waits in memory for one socket, it is cut without waiting for `cutBytes`. */
export const bufferedBytes = 1024 * 1024;

/** Neighbouring frames are counted together up to this size, so that the counters stay small in the socket's attachment. */
const markBytes = windowBytes / 16;
const maxMarks = 24;

/** `bytes` are free once `sequence` is acknowledged. */
export type Mark = readonly [sequence: number, bytes: number];

/** `first` is the size of the frames that answered the connection: they are never a reason to cut, or a large snapshot would never arrive. */
export type Flow = Readonly<{ acknowledges: boolean; first: number; marks: readonly Mark[] }>;

export function startFlow(acknowledges: boolean): Flow {
  return { acknowledges, first: 0, marks: [] };
}

export function unackedBytes(flow: Flow): number {
  return flow.marks.reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** Counts a frame that ends at `sequence`. A sequence that runs backwards is a new epoch's: whoever acknowledges it has had all before. */
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

/** Halves the number of marks: each pair becomes its later one, which frees both a little later than necessary. */
function mergePairs(marks: readonly Mark[]): readonly Mark[] {
  const merged: Mark[] = [];
  for (let index = 0; index < marks.length; index += 2) {
    const pair = marks.slice(index, index + 2);
    const [sequence] = pair.at(-1) ?? [0];
    merged.push([sequence, pair.reduce((sum, [, bytes]) => sum + bytes, 0)]);
  }
  return merged;
}

/** From the first acknowledgement on, a client is held to its window. */
export function countAck(flow: Flow, sequence: number): Flow {
  return { ...flow, acknowledges: true, marks: flow.marks.filter(([end]) => end > sequence) };
}

/** Before a frame: send it, hold it back until an acknowledgement, or cut the socket. `buffered` is 0 where it cannot be known. */
export function planSend(flow: Flow, buffered: number): "send" | "hold" | "cut" {
  const unacked = unackedBytes(flow);
  if (flow.acknowledges && unacked >= windowBytes) return "hold";
  if (!flow.acknowledges && unacked >= flow.first + cutBytes) return "cut";
  return buffered >= flow.first + bufferedBytes ? "cut" : "send";
}

/**
 * Whether an acknowledgement needs no place beside what is kept as `kept`, should the object lose its memory: there is room for another frame, and
 * what the client says to that one acknowledges all before it.
 */
export function mayForgetAck(kept: Flow): boolean {
  return kept.acknowledges && mayContinue(kept);
}

/** A held socket goes on when half of its window is free, so that it does not stop again at the next frame. */
export function mayContinue(flow: Flow): boolean {
  return unackedBytes(flow) <= windowBytes / 2;
}

/**
 * Long poll over an object's socket (AP1): the answer is one frame. A snapshot or missed events are answered at once.
 * Otherwise the answer is the first frame that arrives within the wait, or the empty `events` frame that the stream
 * began with.
 */
import type { Received, Upstream } from "./upstream.ts";

type Frame = Extract<Received, { kind: "frame" }>;

/** `first` is the frame that the object sent on opening. Closes `upstream`. */
export async function pollFrame(upstream: Upstream, first: Frame, waitMs: number): Promise<Frame> {
  try {
    return first.empty && waitMs > 0 ? await firstWithin(upstream, first, waitMs) : first;
  } finally {
    upstream.close();
  }
}

/** A close counts as the end of the wait: the client polls again and then gets the error. */
async function firstWithin(upstream: Upstream, empty: Frame, waitMs: number): Promise<Frame> {
  const over = Promise.withResolvers<Frame>();
  const timer = setTimeout(() => over.resolve(empty), waitMs);
  try {
    return await Promise.race([over.promise, upstream.next().then((next) => (next.kind === "frame" ? next : empty))]);
  } finally {
    clearTimeout(timer);
  }
}

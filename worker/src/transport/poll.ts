/**
 * Long poll over an object's socket (AP1): the answer is one frame. A snapshot, or what was missed, at once; otherwise the first
 * frame that comes within the wait, and at its end the `events` frame without events that the resume began with.
 */
import type { Received, Upstream } from "./upstream.ts";

type Frame = Extract<Received, { kind: "frame" }>;

/** `first` is what the object answered at once. */
export async function pollFrame(upstream: Upstream, first: Frame, waitMs: number): Promise<Frame> {
  try {
    return first.empty && waitMs > 0 ? await firstWithin(upstream, first, waitMs) : first;
  } finally {
    upstream.close();
  }
}

/** A close is answered like the end of the wait: the client comes back, and is then told what is wrong. */
async function firstWithin(upstream: Upstream, none: Frame, waitMs: number): Promise<Frame> {
  const over = Promise.withResolvers<Frame>();
  const timer = setTimeout(() => over.resolve(none), waitMs);
  try {
    return await Promise.race([over.promise, upstream.next().then((next) => (next.kind === "frame" ? next : none))]);
  } finally {
    clearTimeout(timer);
  }
}

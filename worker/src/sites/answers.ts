/** A stream of several sites (AP15) as server-sent events, and as the answer to one long poll. */
import { oneLine, type SseAnswer, sseAnswer } from "../transport/sse.ts";
import type { FeedFrame } from "./feed.ts";
import type { MergedStream } from "./merged.ts";

/** Each message has the positions of all sites as its `id:`. */
export function mergedSse(merged: MergedStream, signal: AbortSignal): SseAnswer {
  const leave = () => merged.close();
  return sseAnswer(signal, leave, async (write) => {
    for (let taken = await merged.next(); taken.kind === "frame"; taken = await merged.next()) {
      const { site, text, cursor } = taken.frame;
      const id = merged.cursor === "" ? "" : `id: ${merged.cursor}\n`;
      await write(`${id}data: ${oneLine(text)}\n\n`);
      if (cursor !== null) merged.acknowledge(site, cursor);
    }
  });
}

/** Characters of frames in one answer, beyond which the rest comes with the next one. */
const maxPollUnits = 4 * 1024 * 1024;

/** How long a poll waits for the first frame of each site, besides its own wait. */
const beginMs = 10_000;

/**
 * Frames of all sites, once each has begun and something has happened at one of them, or when the wait is over. What
 * was not taken is not in the cursor, and comes again. Null if the token was revoked. Closes `merged`.
 */
export async function mergedPoll(merged: MergedStream, waitMs: number): Promise<string | null> {
  const frames: FeedFrame[] = [];
  let hasNews = false;
  let hasBegun = false;
  let units = 0;
  let timer = setTimeout(() => merged.close(), beginMs + waitMs);
  try {
    while (!(hasNews && hasBegun) && units < maxPollUnits) {
      const taken = await merged.next();
      if (taken.kind === "closed" && taken.reason === "token_expired") return null;
      if (taken.kind === "closed") break;
      frames.push(taken.frame);
      units += taken.frame.text.length;
      hasNews ||= taken.frame.isNews;
      if (hasBegun || !merged.hasAllBegun) continue;
      hasBegun = true;
      clearTimeout(timer);
      timer = setTimeout(() => merged.close(), waitMs);
    }
  } finally {
    clearTimeout(timer);
    merged.close();
  }
  return `{"cursor":${JSON.stringify(merged.cursor)},"frames":[${textsOf(frames).join(",")}]}`;
}

/** Without the `events` that are empty. */
function textsOf(frames: readonly FeedFrame[]): string[] {
  return frames.flatMap(({ isNews, text }) => (isNews || text.startsWith('{"type":"link"') ? [text] : []));
}

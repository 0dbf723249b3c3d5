/**
 * One logged item becomes what it counts for. Everything depends on the item, when it was logged, and the state; a
 * waking site folds the same items again. Pure, except that it changes the state.
 */
import type { SiteEvent } from "@pbxis/shared";
import { foldAgentTalk, foldAnswer, foldCall, foldExtension, foldMembership, foldRingEnded } from "./agent-fold.ts";
import {
  foldAgentComplete,
  foldQueueCallEnded,
  foldQueueCount,
  foldQueueSummary,
  foldQueueTalk,
} from "./queue-fold.ts";
import { advance, type StatisticsState } from "./state.ts";

/** `now`: when the item was logged, ms since 1970. */
export function fold(state: StatisticsState, item: SiteEvent | Readonly<{ type: "link" }>, now: number): void {
  advance(state, now);
  switch (item.type) {
    case "queueCount":
      foldQueueCount(state, item, now);
      break;
    case "queueSummary":
      foldQueueSummary(state, item);
      break;
    case "queueCallEnded":
      foldQueueCallEnded(state, item, now);
      foldAnswer(state, item, now);
      break;
    case "agentTalkEnded":
      foldQueueTalk(state, item, now);
      foldAgentTalk(state, item, now);
      break;
    case "agentComplete":
      foldAgentComplete(state, item);
      break;
    case "extensionStatus":
      foldExtension(state, item, now);
      break;
    case "queueMemberStatus":
      foldMembership(state, item, now);
      break;
    case "phoneNumber":
      foldCall(state, item, now);
      break;
    case "agentRingEnded":
      foldRingEnded(state, item, now);
      break;
  }
}

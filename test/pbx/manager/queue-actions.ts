/** AMI's actions on queues and their members. Messages are copied from Asterisk. */
import {
  type ActionResult,
  addMember,
  done,
  pauseMember,
  refused,
  removeMember,
  resetQueues,
  setPenalty,
} from "../calls/members.ts";
import { changePriority } from "../calls/waiting-caller.ts";
import type { PbxState } from "../state.ts";
import { type ActionRequest, isYes } from "./request.ts";

/** Undefined for any other action. */
export function queueAction(state: PbxState, action: string, request: ActionRequest): ActionResult | undefined {
  const memberInterface = request.get("Interface") ?? "";
  const queue = request.get("Queue") ?? "";
  const reason = request.get("Reason") ?? "";
  switch (action) {
    case "queueadd": {
      if (queue === "") return refused("'Queue' not specified.");
      if (memberInterface === "") return refused("'Interface' not specified.");
      const penalty = Math.max(0, Number(request.get("Penalty")) || 0);
      const [name, paused] = [request.get("MemberName") ?? "", isYes(request.get("Paused"))];
      return addMember(state, { queue, memberInterface, name, penalty, paused, reason });
    }
    case "queueremove":
      if (queue === "" || memberInterface === "") return refused("Need 'Queue' and 'Interface' parameters.");
      return removeMember(state, queue, memberInterface);
    case "queuepause":
      if (memberInterface === "" || !request.has("Paused")) return refused("Need 'Interface' and 'Paused' parameters.");
      return pauseMember(state, queue || null, memberInterface, isYes(request.get("Paused")), reason);
    case "queuepenalty": {
      const penalty = request.get("Penalty") ?? "";
      if (memberInterface === "" || penalty === "") return refused("Need 'Interface' and 'Penalty' parameters.");
      return setPenalty(state, queue || null, memberInterface, Number(penalty));
    }
    case "queuechangeprioritycaller":
      return changePriorityAction(state, queue, request);
    case "queuereset":
      return resetQueues(state, queue || null);
    default:
      return undefined;
  }
}

/** As with `Immediate: yes`, which the connector always sends. */
function changePriorityAction(state: PbxState, name: string, request: ActionRequest): ActionResult {
  const priority = Number(request.get("Priority"));
  const queue = state.queues.get(name);
  if (!Number.isInteger(priority)) return refused("'Priority' need integer.");
  if (!queue) return refused("Unable to change priority caller on queue: No such queue");
  return changePriority(queue, request.get("Caller") ?? "", priority)
    ? done("Priority change for caller on queue success")
    : refused("Unable to change priority caller on queue: No such caller");
}

/** AMI's actions on queues and their members. The answers are Asterisk's own words. */
import { type Answer, addMember, pauseMember, refused, removeMember, resetQueues, setPenalty } from "./members.ts";
import { isYes, type Request } from "./request.ts";
import type { World } from "./world.ts";

/** Undefined for an action that is none of these. */
export function queueAction(world: World, action: string, request: Request): Answer | undefined {
  const memberInterface = request.get("Interface") ?? "";
  const queue = request.get("Queue") ?? "";
  const reason = request.get("Reason") ?? "";
  switch (action) {
    case "queueadd": {
      if (queue === "") return refused("'Queue' not specified.");
      if (memberInterface === "") return refused("'Interface' not specified.");
      const penalty = Math.max(0, Number(request.get("Penalty")) || 0);
      const [name, paused] = [request.get("MemberName") ?? "", isYes(request.get("Paused"))];
      return addMember(world, { queue, memberInterface, name, penalty, paused, reason });
    }
    case "queueremove":
      if (queue === "" || memberInterface === "") return refused("Need 'Queue' and 'Interface' parameters.");
      return removeMember(world, queue, memberInterface);
    case "queuepause":
      if (memberInterface === "" || !request.has("Paused")) return refused("Need 'Interface' and 'Paused' parameters.");
      return pauseMember(world, queue || null, memberInterface, isYes(request.get("Paused")), reason);
    case "queuepenalty": {
      const penalty = request.get("Penalty") ?? "";
      if (memberInterface === "" || penalty === "") return refused("Need 'Interface' and 'Penalty' parameters.");
      return setPenalty(world, queue || null, memberInterface, Number(penalty));
    }
    case "queuereset":
      return resetQueues(world, queue || null);
    default:
      return undefined;
  }
}

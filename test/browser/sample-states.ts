/** States of many agents and queues, as a connector would send them. */
import { SiteEvent } from "@pbxis/shared";

const queues = (count: number) => Array.from({ length: count }, (_, index) => `q${index}`);

/** Agents 1000, 1001, … in queue q0 and in one other of `queueCount`. The first is talking, every fifth is paused. */
export function agents(count: number, queueCount = 1, now = Date.now()): SiteEvent[] {
  const names = queues(queueCount);
  return Array.from({ length: count }, (_, index) => ({ agent: String(1000 + index), index })).flatMap(
    ({ agent, index }) => {
      const isTalking = index === 0;
      const isPaused = index % 5 === 4;
      const device = isTalking ? "inuse" : "not_inuse";
      const since = now - index * 1000;
      const events: object[] = [
        { type: "agentName", agent, name: `Agent ${agent}` },
        { type: "extensionStatus", agent, status: device },
        {
          type: "phoneNumber",
          agent,
          number: isTalking ? "+14155550100" : null,
          name: isTalking ? "Alice" : null,
          queueName: isTalking ? "q0" : null,
          callId: isTalking ? "1.1" : null,
          uniqueId: isTalking ? "1.1" : null,
        },
      ];
      for (const queue of new Set([names[0], names[index % queueCount]]))
        events.push({
          type: "queueMemberStatus",
          agent,
          queue,
          status: isPaused ? "paused" : device,
          deviceStatus: device,
          pausedReason: isPaused ? "Lunch" : null,
          penalty: 0,
          since,
        });
      return events.map((event) => SiteEvent.parse({ ...event, at: since }));
    },
  );
}

export function queueStates(count: number, now = Date.now()): SiteEvent[] {
  return queues(count).flatMap((queue, index) => [
    SiteEvent.parse({
      type: "queueCount",
      queue,
      count: index % 7,
      longestWaitSince: index % 7 === 0 ? null : now - 40_000,
      at: now,
    }),
    SiteEvent.parse({
      type: "queueSummary",
      queue,
      completed: 100 + index,
      abandoned: index,
      serviceLevel: 20,
      serviceLevelPerf: 100 - index,
      holdTime: 12,
      talkTime: 180,
      loggedIn: 10,
      available: 4,
      calls: index % 7,
      longestHoldTime: 40,
      at: now,
    }),
  ]);
}

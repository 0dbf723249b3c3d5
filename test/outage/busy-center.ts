/**
 * The events that the connector of a busy center publishes, without a PBX: calls come, ring, are answered and end.
 * Deterministic, and fast enough to generate hours. As in production, a state is published only when it changes.
 */
import { AgentId, noCall, QueueName, type SiteEvent } from "@pbxis/shared";

export type CenterSize = Readonly<{ agents: number; queues: number; callsPerSecond: number }>;

/** A center with a thousand seats: ten calls a second. */
export const thousandSeats: CenterSize = { agents: 1000, queues: 100, callsPerSecond: 10 };

/** The duration of a call in seconds: waiting and talking. */
const waitSeconds = 12;
const talkSeconds = 80;

/** Yields the events of each second. */
export function* busyCenter({ agents, queues, callsPerSecond }: CenterSize, seconds: number): Generator<SiteEvent[]> {
  const agentIds = Array.from({ length: agents }, (_, index) => AgentId.parse(String(1000 + index)));
  const queueNames = Array.from({ length: queues }, (_, index) => QueueName.parse(`queue-${index}`));
  const waiting = new Map<QueueName, number>();
  let calls = 0;
  for (let second = 0; second < seconds; second++) {
    const at = 1_760_000_000_000 + second * 1000;
    const events: SiteEvent[] = [];
    for (let call = 0; call < callsPerSecond; call++) {
      const number = calls++;
      const queue = queueNames[number % queues] as QueueName;
      const agent = agentIds[number % agents] as AgentId;
      const count = (change: number) => {
        waiting.set(queue, (waiting.get(queue) ?? 0) + change);
        events.push({ type: "queueCount", queue, count: waiting.get(queue) ?? 0, longestWaitSince: at, at });
      };
      const uniqueId = `${Math.floor(at / 1000)}.${number}`;
      count(1);
      for (const status of ["ringing", "inuse"] as const) {
        events.push({ type: "extensionStatus", agent, status, at });
        for (const [name, paused] of [[queue, null]] as const)
          events.push({
            type: "queueMemberStatus",
            agent,
            queue: name,
            status,
            deviceStatus: status,
            pausedReason: paused,
            penalty: 0,
            wrapUpUntil: null,
            since: at,
            at,
          });
      }
      events.push({
        type: "phoneNumber",
        agent,
        number: `+1415${5550000 + (number % 9999)}`,
        name: `Caller ${number % 5000}`,
        queueName: queue,
        callId: uniqueId,
        uniqueId,
        recording: null,
        muted: null,
        consulting: null,
        at,
      });
      count(-1);
      events.push(...endOf(agent, queue, uniqueId, at));
    }
    yield events;
  }
}

/** The events at the end of a call. For simplicity it ends in the second in which it came. */
function endOf(agent: AgentId, queue: QueueName, uniqueId: string, at: number): SiteEvent[] {
  const recording = `/var/spool/asterisk/monitor/${queue}-${uniqueId}.wav`;
  return [
    {
      type: "agentComplete",
      agent,
      uniqueId,
      talkTime: talkSeconds,
      holdTime: waitSeconds,
      recording,
      queueName: queue,
      reason: "caller",
      at,
    },
    { type: "phoneNumber", agent, ...noCall, at },
    { type: "extensionStatus", agent, status: "not_inuse", at },
    {
      type: "queueMemberStatus",
      agent,
      queue,
      status: "not_inuse",
      deviceStatus: "not_inuse",
      pausedReason: null,
      penalty: 0,
      wrapUpUntil: null,
      since: at,
      at,
    },
  ];
}

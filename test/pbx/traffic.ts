/**
 * Random traffic of a call center: callers come, wait and give up; agents answer or miss calls, talk, hold, transfer,
 * park and pause. Pure: the seed and the time are arguments, and the commands to run are returned.
 */
import { createRandom } from "../harness/random.ts";
import { originateOf } from "./calls/originate.ts";
import type { Command } from "./core.ts";
import { type Agent, type Channel, channelState, type PbxState, partyOf } from "./state.ts";

export type Traffic = Readonly<{ next: (now: number) => readonly Command[] }>;

type Range = readonly [least: number, most: number];

/** How fast everything goes. Spans in ms; a number in a range is drawn evenly. */
export type Pace = Readonly<{
  /** At the time (ms since 1970); 0 for no calls. */
  callsPerMinute: (now: number) => number;
  /** Where calls go, each queue as often as its share; without it all queues alike. */
  queues?: readonly string[];
  /** A queue that has more calls than agents: another comes whenever fewer than so many wait there. */
  overloaded?: Readonly<{ queue: string; waiting: number }>;
  /** The number of calls that come in quick succession at the start. */
  openingCalls: number;
  patience: Range;
  talk: Range;
  hold: Range;
  /** Between two pauses of an agent. */
  work: Range;
  pause: Range;
}>;

/** Fast enough that something happens on the screen all the time. */
export const livelyPace = (callsPerMinute: number): Pace => ({
  callsPerMinute: () => callsPerMinute,
  openingCalls: 4,
  patience: [15_000, 60_000],
  talk: [6_000, 35_000],
  hold: [1_500, 5_000],
  work: [15_000, 120_000],
  pause: [6_000, 20_000],
});

type Plan = { situation: string; steps: { at: number; command: Command }[] };

const callers = [
  "Ada Field",
  "Ben Ortiz",
  "Cleo Marsh",
  "Dan Wu",
  "Elsa Kron",
  "Finn Hale",
  "Gita Rao",
  "Hugo Lind",
  "Iris Bell",
  "Jon Park",
];
const reasons = ["Lunch", "Coffee", "Meeting", "Training"];
const ringTimeoutMs = 14_000;
/** Between two calls to an overloaded queue. */
const overloadMs = 4_000;
/** From so many plans on, those of callers who are gone are forgotten. */
const maxPlans = 300;

export function createTraffic(state: PbxState, seed: number, pace: Pace): Traffic {
  const chance = createRandom(seed);
  const between = (least: number, most: number) => least + chance() * (most - least);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
  const plans = new Map<string, Plan>();
  const queues = pace.queues ?? [...state.queues.keys()];
  let callsMade = 0;
  let nextCallAt = state.now + 300;
  let nextOverloadAt = state.now + overloadMs;

  function callCommands(now: number): Command[] {
    const callsPerMinute = pace.callsPerMinute(now);
    if (callsPerMinute === 0 || now < nextCallAt || queues.length === 0) return [];
    callsMade++;
    // After the opening calls, arrivals are a Poisson process.
    const gap = -Math.log(1 - chance()) * (60_000 / callsPerMinute);
    nextCallAt = now + (callsMade < pace.openingCalls ? 800 : Math.min(gap, 60_000));
    return [newCall(() => pick(queues))];
  }

  function newCall(queueOf: () => string): Command {
    const number = `+1415555${String(100 + Math.floor(chance() * 9900)).padStart(4, "0")}`;
    return { kind: "call", queue: queueOf(), number, name: callers[callsMade % callers.length] ?? "" };
  }

  function overload(now: number): Command[] {
    const { queue, waiting } = pace.overloaded ?? { queue: "", waiting: 0 };
    if (now < nextOverloadAt || (state.queues.get(queue)?.waiting.length ?? waiting) >= waiting) return [];
    nextOverloadAt = now + overloadMs;
    callsMade++;
    return [newCall(() => queue)];
  }

  /** Commands that are due for `subject`. `plan` is called once, when the subject enters the situation. */
  function due(subject: string, situation: string, now: number, plan: () => Plan["steps"]): Command[] {
    let known = plans.get(subject);
    if (known?.situation !== situation) {
      known = { situation, steps: plan() };
      plans.set(subject, known);
    }
    const commands = known.steps.filter(({ at }) => at <= now).map(({ command }) => command);
    known.steps = known.steps.filter(({ at }) => at > now);
    return commands;
  }

  function talk(agent: Agent, now: number): Plan["steps"] {
    const end = now + between(...pace.talk);
    const steps: Plan["steps"] = [{ at: end, command: { kind: "hangup", agent: agent.id } }];
    const whim = chance();
    if (whim < 0.3) {
      const at = now + between(1500, 4000);
      steps.push({ at, command: { kind: "hold", agent: agent.id } });
      steps.push({ at: Math.min(end, at + between(...pace.hold)), command: { kind: "unhold", agent: agent.id } });
    } else if (whim < 0.4) {
      const to = pick([...state.agents.keys()].filter((id) => id !== agent.id));
      if (to) steps.push({ at: now + between(3000, 6000), command: { kind: "redirect", agent: agent.id, to } });
    } else if (whim < 0.48) steps.push({ at: now + between(3000, 6000), command: { kind: "park", agent: agent.id } });
    return steps;
  }

  function ring(agent: Agent, channel: Channel, now: number): Plan["steps"] {
    // The agent for whom the call was originated answers.
    if (originateOf(state, channel))
      return [{ at: now + between(600, 1800), command: { kind: "answer", agent: agent.id } }];
    const whim = chance();
    if (whim < 0.12) return [];
    const kind = whim < 0.2 ? "decline" : "answer";
    return [{ at: now + between(1200, 6000), command: { kind, agent: agent.id } }];
  }

  function pauses(agent: Agent, isPaused: boolean, now: number): Plan["steps"] {
    const { id } = agent;
    if (isPaused) return [{ at: now + between(...pace.pause), command: { kind: "unpause", agent: id, queue: null } }];
    const isOpening = !plans.has(`pauses ${id}`) && id === [...state.agents.keys()].at(-1);
    const at = now + (isOpening ? 2500 : between(...pace.work));
    return [{ at, command: { kind: "pause", agent: id, queue: null, reason: pick(reasons) } }];
  }

  function isPausedSomewhere(agent: Agent): boolean {
    for (const { members } of state.queues.values())
      for (const member of members) if (member.agent === agent && member.isPaused) return true;
    return false;
  }

  function agentCommands(agent: Agent, now: number): Command[] {
    const isPaused = isPausedSomewhere(agent);
    const commands = due(`pauses ${agent.id}`, isPaused ? "paused" : "there", now, () => pauses(agent, isPaused, now));
    const [channel] = agent.device.channels;
    if (!channel) return commands;
    const subject = `phone ${agent.id}`;
    if (channel.state === channelState.ringing)
      commands.push(...due(subject, `ring ${channel.uniqueId}`, now, () => ring(agent, channel, now)));
    else if (partyOf(channel)) commands.push(...due(subject, `talk ${channel.uniqueId}`, now, () => talk(agent, now)));
    return commands;
  }

  function callerCommands(now: number): Command[] {
    const commands: Command[] = [];
    for (const { channel, joinedAt, rings, served } of state.calls) {
      const callId = channel.uniqueId;
      if (served) continue;
      commands.push(
        ...due(`caller ${callId}`, `waiting since ${joinedAt}`, now, () => [
          { at: joinedAt + between(...pace.patience), command: { kind: "abandon", callId } },
        ]),
      );
      const oldest = rings[0]?.channel.createdAt;
      if (oldest !== undefined && now - oldest > ringTimeoutMs) commands.push({ kind: "stopRinging", callId });
    }
    return commands;
  }

  function parkingCommands(now: number): Command[] {
    const anybody = pick([...state.agents.keys()]);
    return [...state.parked.values()].flatMap(({ channel, space, parker }) =>
      due(`parked ${channel.uniqueId} ${space}`, space, now, () => [
        { at: now + between(4000, 12_000), command: { kind: "retrieve", agent: parker?.id ?? anybody, space } },
      ]),
    );
  }

  function forgetGone(): void {
    if (plans.size < maxPlans) return;
    const there = new Set([...state.channels].map(({ uniqueId }) => uniqueId));
    for (const subject of plans.keys()) {
      const [kind = "", id = ""] = subject.split(" ");
      if ((kind === "caller" || kind === "parked") && !there.has(id)) plans.delete(subject);
    }
  }

  return {
    next: (now) => {
      forgetGone();
      const commands = [...callCommands(now), ...overload(now), ...callerCommands(now), ...parkingCommands(now)];
      for (const agent of state.agents.values()) commands.push(...agentCommands(agent, now));
      return commands;
    },
  };
}

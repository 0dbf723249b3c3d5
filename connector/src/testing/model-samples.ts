/** Events and a small bench for the tests of this folder. */
import { SiteEvent } from "@pbxis/shared";
import { type AmiEvent, type ChannelFacts, type MemberFacts, regenerationLists } from "../ami/event/event.ts";
import { createCollator } from "../model/publish/collate.ts";
import { reduce } from "../model/reduce/reduce.ts";
import { createAgentRule } from "../model/state/agent.ts";
import type { Effect } from "../model/state/changes.ts";
import { createModel } from "../model/state/state.ts";

/** Events without their time, as the bench takes them. */
export type Untimed<Kind extends AmiEvent = AmiEvent> = Kind extends AmiEvent ? Omit<Kind, "at"> : never;

export function startOfTime(): number {
  return 1_795_425_000_000;
}

/** The Uniqueid is the channel's name, unless told. */
export function facts(channel: string, more: Partial<ChannelFacts> = {}): ChannelFacts {
  return {
    channel,
    uniqueId: channel,
    linkedId: "call-1",
    callerNumber: null,
    callerName: null,
    connectedNumber: null,
    connectedName: null,
    ...more,
  };
}

export function member(memberInterface: string, queue: string, more: Partial<MemberFacts> = {}): Untimed {
  return { kind: "queueMember", ...memberFacts(memberInterface, queue, more) };
}

export function memberFacts(memberInterface: string, queue: string, more: Partial<MemberFacts> = {}): MemberFacts {
  return {
    queue,
    memberInterface,
    name: null,
    penalty: 0,
    callsTaken: 0,
    lastCall: 0,
    lastPause: 0,
    stateInterface: memberInterface,
    status: 1,
    paused: false,
    pausedReason: null,
    ...more,
  };
}

export function queueParams(queue: string, serviceLevel = 20): Untimed {
  return {
    kind: "queueParams",
    queue,
    completed: 0,
    abandoned: 0,
    serviceLevel,
    serviceLevelPerf: 0,
    holdTime: 0,
    talkTime: 0,
  };
}

export const listsCompleted: readonly Untimed[] = regenerationLists.map((list) => ({ kind: "listCompleted", list }));

/**
 * A model with its collator and a clock that the test moves. `tell` takes the events as one chunk and gives what is told;
 * summaries only where asked for, so that the other tests need not know of them.
 */
export function createBench(initial: readonly Untimed[] = [], withSummaries = false) {
  const model = createModel(createAgentRule());
  const collator = createCollator(model);
  const effects: Effect[] = [];
  let now = startOfTime();

  function tell(...events: readonly Untimed[]): SiteEvent[] {
    for (const event of events) {
      const changes = reduce(model, { ...event, at: now } as AmiEvent);
      collator.add(changes);
      effects.push(...changes.effects);
    }
    // Whatever is told must be fit for the wire.
    const told = collator.tick(now).map((event) => SiteEvent.parse(event));
    return told.filter(({ type }) => withSummaries || !type.endsWith("Summary"));
  }

  tell({ kind: "regenerationStarted" }, ...initial, ...listsCompleted);
  return {
    model,
    collator,
    effects,
    tell,
    now: () => now,
    /** Lets time pass and gives what is told of itself. */
    wait(milliseconds: number): SiteEvent[] {
      now += milliseconds;
      return tell();
    },
  };
}

/** A queue call as Asterisk tells it, from a caller `Uniqueid` "caller" on `PJSIP/trunk-1` to an agent's phone. */
export function queueCall(queue: string, agent: string, number = "+14155550100", caller = "caller") {
  const memberInterface = `PJSIP/${agent}`;
  const callerFacts = facts("PJSIP/trunk-00000001", {
    uniqueId: caller,
    linkedId: caller,
    callerNumber: number,
    callerName: "Alice",
  });
  const agentFacts = facts(`PJSIP/${agent}-00000002`, {
    uniqueId: `${caller}-${agent}`,
    linkedId: caller,
    callerNumber: agent,
    callerName: `Agent ${agent}`,
    connectedNumber: number,
    connectedName: "Alice",
  });
  const bridge = { bridgeId: `bridge-${caller}`, bridgeType: "basic" };
  const ringing = { queue, memberInterface, memberName: null, caller: callerFacts };
  return {
    callerFacts,
    agentFacts,
    join: { kind: "queueCallerJoin", queue, count: 1, ...callerFacts },
    leave: { kind: "queueCallerLeave", queue, count: 0, ...callerFacts },
    abandon: { kind: "queueCallerAbandon", queue, ...callerFacts },
    ring: { kind: "agentCalled", ...ringing, dest: agentFacts },
    agentEnters: { kind: "bridgeEnter", ...bridge, ...agentFacts },
    callerEnters: { kind: "bridgeEnter", ...bridge, ...callerFacts },
    agentLeaves: { kind: "bridgeLeave", last: false, ...bridge, ...agentFacts },
    callerLeaves: { kind: "bridgeLeave", last: false, ...bridge, ...callerFacts },
    hold: { kind: "hold", ...agentFacts },
    unhold: { kind: "unhold", ...agentFacts },
    agentEnds: { kind: "hangup", cause: 16, ...agentFacts },
    callerEnds: { kind: "hangup", cause: 16, ...callerFacts },
    complete: {
      kind: "agentComplete",
      ...ringing,
      dest: agentFacts,
      holdTime: 2,
      talkTime: 4,
      reason: "caller",
    },
  } as const satisfies Record<string, Untimed | ChannelFacts>;
}

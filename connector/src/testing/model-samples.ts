/** AMI events without their boilerplate, and a model to apply them to: for tests of the model, commands and audits. */
import { type EventOf, SiteEvent } from "@pbxis/shared";
import {
  type AmiEvent,
  type ChannelFacts,
  type MemberFacts,
  type ParkingEvent,
  regenerationLists,
} from "../ami/event/event.ts";
import { createCollator } from "../model/publish/collate.ts";
import { reduce } from "../model/reduce/reduce.ts";
import { createAgentRule } from "../model/state/agent.ts";
import type { Effect } from "../model/state/changes.ts";
import { createModel } from "../model/state/create-model.ts";
import { defaultSettings, type ModelSettings } from "../model/state/settings.ts";

/** An event without its time, which the test model adds. */
export type Untimed<Kind extends AmiEvent = AmiEvent> = Kind extends AmiEvent ? Omit<Kind, "at"> : never;

export function startOfTime(): number {
  return 1_795_425_000_000;
}

/** The Uniqueid is the channel's name, unless `more` has another. */
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
    wrapUpSeconds: 0,
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

/** The channel's name is its Uniqueid, too. */
export function parkingEvent<Kind extends ParkingEvent["kind"]>(
  kind: Kind,
  channel: string,
  more: Partial<Untimed<ParkingEvent>> = {},
): Untimed {
  const space = { parkingLot: "default", parkingSpace: "701" };
  return { channel, uniqueId: channel, callerId: null, ...space, parkedSeconds: 0, ...more, kind };
}

export function entersBridge(bridgeId: string, channel: ChannelFacts, bridgeType = "basic"): Untimed {
  return { kind: "bridgeEnter", bridgeId, bridgeType, ...channel };
}

export function leavesBridge(bridgeId: string, channel: ChannelFacts): Untimed {
  return { kind: "bridgeLeave", bridgeId, bridgeType: "basic", last: false, ...channel };
}

/** With the cause of a call that ends normally. */
export function hangsUp(channel: ChannelFacts, cause = 16): Untimed {
  return { kind: "hangup", cause, ...channel };
}

export const listsCompleted: readonly Untimed[] = regenerationLists.map((list) => ({ kind: "listCompleted", list }));

/**
 * A model with its collator and a clock that the test moves. Summaries are left out of what is published unless
 * `withSummaries` is set, because most tests are not about them.
 */
export function createTestModel(
  initial: readonly Untimed[] = [],
  withSummaries = false,
  pattern?: string,
  settings: Partial<ModelSettings> = {},
) {
  const model = createModel(createAgentRule(pattern), { ...defaultSettings, ...settings });
  const collator = createCollator(model);
  const effects: Effect[] = [];
  const lists = new Map<string, EventOf<"queueCallers">>();
  let now = startOfTime();

  /** Applies the events as one chunk of AMI and returns what is published. */
  function receive(...events: readonly Untimed[]): SiteEvent[] {
    for (const event of events) {
      const changes = reduce(model, { ...event, at: now } as AmiEvent);
      collator.add(changes);
      effects.push(...changes.effects);
    }
    // Everything that is published must fit the wire's schema.
    const published = collator.tick(now).map((event) => SiteEvent.parse(event));
    for (const event of published) if (event.type === "queueCallers") lists.set(event.queue, event);
    const isReturned = ({ type }: SiteEvent) => type !== "queueCallers" && (withSummaries || !type.endsWith("Summary"));
    return published.filter(isReturned);
  }

  receive({ kind: "regenerationStarted" }, ...initial, ...listsCompleted);
  return {
    model,
    collator,
    effects,
    receive,
    /** EV20: the last published list of the queue, which `receive` leaves out. */
    callers: (queue: string) => lists.get(queue),
    now: () => now,
    /** Lets time pass and returns what is published without further events. */
    wait(milliseconds: number): SiteEvent[] {
      now += milliseconds;
      return receive();
    },
  };
}
export type TestModel = ReturnType<typeof createTestModel>;

/** The events of a queue call, from a caller `Uniqueid` "caller" on `PJSIP/trunk-1` to an agent's phone. */
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
    join: { kind: "queueCallerJoin", queue, count: 1, position: 1, ...callerFacts },
    leave: { kind: "queueCallerLeave", queue, count: 0, position: 1, ...callerFacts },
    abandon: { kind: "queueCallerAbandon", queue, position: 1, originalPosition: 1, ...callerFacts },
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

/** `picker` picks the call up while it rings at the agent. */
export function pickupOf({ agentFacts }: ReturnType<typeof queueCall>, picker: ChannelFacts) {
  const { uniqueId: rung, channel: rungChannel, linkedId: rungLinkedId } = agentFacts;
  return { kind: "pickup", rung, rungChannel, rungLinkedId, ...picker } as const satisfies Untimed;
}

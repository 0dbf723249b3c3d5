/**
 * `@pbxis/client`, in this workspace `@pbxis/shared/client`: the typed client for dashboards, CRMs and scripts. Runs in
 * browsers and Node ≥ 20 and has no dependencies.
 *
 * ```ts
 * const site = connectSite({ url: "https://pbxis-edge.example.workers.dev", site: "hq", token });
 * const support = site.subscribe({ agents: "*", queues: ["support"] }, {
 *   onChange: () => console.log(support.state.queue("support")?.count),
 *   onOccurrence: (event) => console.log(event.type, event.at),
 * });
 * const outcome = await site.command({ type: "originate", agent: "1001", to: "5551234" });
 * ```
 */
/**
 * What is compared. `longestWait`: seconds since the caller who has waited longest joined; `count`: who waits (EV5);
 * `serviceLevel`: % of today (EV18); `availableAgents`: members whose phone is free, who are not paused and do not wrap
 * up (EV3).
 */
type AlertMetric = "longestWait" | "count" | "serviceLevel" | "availableAgents";
/**
 * EV24: a threshold was crossed (`active`), or is crossed no more. `value` is what was compared, null if it is not known
 * any more; one of `above` and `below` is null. `since` is when the value crossed the threshold, or came back (ms since
 * 1970).
 */
type QueueAlert = {
  type: "queueAlert";
  queue: string;
  metric: AlertMetric;
  above: number | null;
  below: number | null;
  forSeconds: number;
  value: number | null;
  active: boolean;
  since: number;
  at: number;
};
/** AP3: a snapshot of states. */
type StateAnswer = {
  cursor: string;
  link: LinkState;
  asOf: number;
  events: SiteEvent[];
};
/**
 * `down`: the connector has lost AMI. `offline`: the connector is gone. The states are then those of the time `asOf`.
 */
type LinkState = "up" | "down" | "offline";
type SiteEvent = AgentNameEvent | ExtensionStatusEvent | QueueMemberStatusEvent | PhoneNumberEvent | SupervisionEvent | QueueCountEvent | QueueCallersEvent | AgentCompleteEvent | QueueCallEndedEvent | AgentRingEndedEvent | AgentTalkEndedEvent | OriginateFailedEvent | ParkedCallEvent | UnParkedCallEvent | ParkedCallTimeOutEvent | ParkedCallGiveUpEvent | ParkedCallStateEvent | QueueSummaryEvent | MemberSummaryEvent | QueueStatistics | AgentStatistics | QueueAlert;
/** EV1. `name` is the agent's id if Asterisk has no name for the agent. */
type AgentNameEvent = {
  type: "agentName";
  agent: string;
  name: string;
  at: number;
};
/** EV2: the status of an agent's phone. */
type ExtensionStatusEvent = {
  type: "extensionStatus";
  agent: string;
  status: ExtensionState;
  at: number;
};
type ExtensionState = "not_inuse" | "ringing" | "inuse" | "ringinuse" | "busy" | "onhold" | "unavailable";
/**
 * EV3: an agent's membership of a queue. `deviceStatus` is that of the device, also while paused; null after a log-off.
 * `since` is when `status` began, as far as known (ms since 1970). `pausedReason` is null unless paused with a reason.
 * `penalty` is null after a log-off. `wrapUpUntil` is when the wrap-up after the last call ends (ms since 1970), null
 * outside of one; a connector of an earlier version does not send it.
 */
type QueueMemberStatusEvent = {
  type: "queueMemberStatus";
  agent: string;
  queue: string;
  status: MemberState;
  deviceStatus: DeviceState | null;
  pausedReason: string | null;
  penalty: number | null;
  since: number;
  wrapUpUntil: number | null;
  at: number;
};
type MemberState = "loggedoff" | "paused" | "not_inuse" | "ringing" | "inuse" | "ringinuse" | "busy" | "onhold" | "unavailable" | "unknown";
/** The status of a member's device as app_queue sees it. */
type DeviceState = "not_inuse" | "ringing" | "inuse" | "ringinuse" | "busy" | "onhold" | "unavailable" | "unknown";
/**
 * EV4, EV13: the other party of an agent's call. `number` is null if there is no call, and `"unknown"` if the other
 * party withholds it. `callId` is Asterisk's Linkedid. `uniqueId` is the Uniqueid of the other party's channel, which
 * `agentComplete` has too, and null if it is not known. `recording` is `on` or `paused`, null if the call is not recorded
 * or that is not known; `muted` null unless a command said it; `consulting` the number that the agent calls meanwhile
 * (CM20). A connector of an earlier version does not send these four. `queueName` is a detail and does not narrow the
 * scope (EV10).
 */
type PhoneNumberEvent = {
  type: "phoneNumber";
  agent: string;
  number: string | null;
  name: string | null;
  queueName: string | null;
  callId: string | null;
  uniqueId: string | null;
  recording: "on" | "paused" | null;
  muted: boolean | null;
  consulting: string | null;
  at: number;
};
/**
 * EV21: the supervisor's phone listens to a call of `agentSupervised`. `mode` is `listen`, `whisper` or `barge`, as last
 * commanded; null if that is not known. All three are null once it is over. `since` is in ms since 1970.
 */
type SupervisionEvent = {
  type: "supervision";
  agent: string;
  agentSupervised: string | null;
  mode: SpyMode | null;
  since: number | null;
  at: number;
};
type SpyMode = "listen" | "whisper" | "barge";
/**
 * EV5: a queue's waiting callers. `longestWaitSince` is when the first of them joined (ms since 1970), null if nobody
 * waits.
 */
type QueueCountEvent = {
  type: "queueCount";
  queue: string;
  count: number;
  longestWaitSince: number | null;
  at: number;
};
type QueueCallersEvent = {
  type: "queueCallers";
  queue: string;
  count: number;
  callers: ({
    uniqueId: string;
    callId: string;
    number: string | null;
    name: string | null;
    since: number;
    priority: number | null;
    ringing: string[];
  })[];
  at: number;
};
/**
 * EV6: a completed queue call. `uniqueId` is the Uniqueid of the caller's channel. `talkTime` and `holdTime` (the
 * caller's wait) are in seconds. `recording` is a path on the PBX, null if there is none. `reason` is `caller`, `agent`
 * or `transfer`.
 */
type AgentCompleteEvent = {
  type: "agentComplete";
  agent: string;
  uniqueId: string;
  talkTime: number;
  holdTime: number;
  recording: string | null;
  queueName: string;
  reason: string;
  at: number;
};
/**
 * EV16: how a caller's wait in a queue ended. `uniqueId` is that of the caller's channel, `callId` Asterisk's Linkedid.
 * `outcome` is `answered`, `abandoned`, `exited`, `picked`, `moved`, `hungUp` or `unknown`. `agent` is a detail and
 * does not narrow the scope (EV10): who answered or picked the call. `waitTime` is in ms, `since` when the caller
 * joined (ms since 1970). `number` and `name` are null without the claim `callers`.
 */
type QueueCallEndedEvent = {
  type: "queueCallEnded";
  queue: string;
  uniqueId: string;
  callId: string;
  outcome: string;
  agent: string | null;
  waitTime: number | null;
  position: number | null;
  originalPosition: number | null;
  number: string | null;
  name: string | null;
  since: number | null;
  at: number;
};
/**
 * EV17: a queue's ring at an agent that the agent did not answer. `queueName` is a detail and does not narrow the scope
 * (EV10). `callId` is Asterisk's Linkedid, as in `phoneNumber`; `ringUniqueId` the Uniqueid of the rung channel, which
 * no other ring has. `ringTime` is in ms. `reason` is `noAnswer`, `declined`
 * or `elsewhere`.
 */
type AgentRingEndedEvent = {
  type: "agentRingEnded";
  agent: string;
  queueName: string;
  callId: string;
  ringUniqueId: string;
  ringTime: number;
  reason: string;
  at: number;
};
/**
 * EV23: an agent's talk with one other party has ended. `queueName` is a detail and does not narrow the scope (EV10).
 * `callId` and `uniqueId` as in `phoneNumber`. `talkTime` is without `holdTime`, for which the agent had the other on
 * hold; both in ms. `reason` is `caller`, `agent`, `transfer` or `unknown`. `since` is when the talk began (ms since
 * 1970).
 */
type AgentTalkEndedEvent = {
  type: "agentTalkEnded";
  agent: string;
  queueName: string | null;
  callId: string;
  uniqueId: string | null;
  talkTime: number | null;
  holdTime: number | null;
  reason: string;
  since: number | null;
  at: number;
};
/** EV7: an `originate` (CM1) did not connect. `reason` is `noAnswer`, `busy`, `unreachable`, `declined` or `failed`. */
type OriginateFailedEvent = {
  type: "originateFailed";
  actionId: string;
  reason: string;
  at: number;
};
/** EV8: a call was parked, fetched, returned after the parking time, or hung up while parked. */
type ParkedCallEvent = {
  type: "parkedCall";
  channel: string;
  callerId: string | null;
  parkingSpace: string;
  at: number;
};
type UnParkedCallEvent = {
  type: "unParkedCall";
  channel: string;
  callerId: string | null;
  parkingSpace: string;
  at: number;
};
type ParkedCallTimeOutEvent = {
  type: "parkedCallTimeOut";
  channel: string;
  callerId: string | null;
  parkingSpace: string;
  at: number;
};
type ParkedCallGiveUpEvent = {
  type: "parkedCallGiveUp";
  channel: string;
  callerId: string | null;
  parkingSpace: string;
  at: number;
};
/**
 * EV22: what waits in a parking space. `channel`, `callerId` and `since` (ms since 1970) are null once nothing does.
 * `callerId` is also null if the caller withholds it.
 */
type ParkedCallStateEvent = {
  type: "parkedCallState";
  parkingLot: string;
  parkingSpace: string;
  channel: string | null;
  callerId: string | null;
  since: number | null;
  at: number;
};
/**
 * EV9, opt-in: a queue's statistics, computed as Asterisk computes them. `serviceLevel`, `holdTime`, `talkTime` and
 * `longestHoldTime` (of the callers who wait now) are in seconds; `serviceLevelPerf` is a percentage.
 */
type QueueSummaryEvent = {
  type: "queueSummary";
  queue: string;
  completed: number;
  abandoned: number;
  serviceLevel: number;
  serviceLevelPerf: number;
  holdTime: number;
  talkTime: number;
  loggedIn: number;
  available: number;
  calls: number;
  longestHoldTime: number;
  at: number;
};
/**
 * EV9, opt-in: the statistics of one member of a queue. `agent` is a detail and does not narrow the scope (EV10).
 * `memberInterface` is what Asterisk dials, such as `PJSIP/1001`. `lastCall` is in seconds since 1970, 0 for never.
 */
type MemberSummaryEvent = {
  type: "memberSummary";
  queue: string;
  agent: string;
  name: string;
  memberInterface: string;
  callsTaken: number;
  lastCall: number;
  paused: boolean;
  inCall: boolean;
  at: number;
};
/** EV18. `offered` also counts who waits now. */
type QueueStatistics = {
  type: "queueStatistics";
  queue: string;
  period: {
    from: number;
    zone: string;
  };
  offered: number;
  answered: number;
  answeredInLevel: number;
  abandoned: number;
  shortAbandoned: number;
  exited: number;
  picked: number;
  moved: number;
  hungUp: number;
  unknown: number;
  waitTimeAnswered: number;
  waitTimeAbandoned: number;
  longestWait: number;
  mostWaiting: number;
  talkTime: number;
  holdTime: number;
  wrapUpTime: number;
  untimedTalks: number;
  serviceLevel: number | null;
  abandonRate: number | null;
  averageSpeedOfAnswer: number | null;
  averageHandleTime: number | null;
  serviceLevelSeconds: number | null;
  shortAbandonSeconds: number;
  coverage: number;
  at: number;
};
/** EV19. The sums reach up to `stateSince`; a client adds the time since then to the one that `state` names. */
type AgentStatistics = {
  type: "agentStatistics";
  agent: string;
  period: {
    from: number;
    zone: string;
  };
  answered: number;
  notAnswered: number;
  declined: number;
  transferred: number;
  talkTime: number;
  holdTime: number;
  wrapUpTime: number;
  ringTime: number;
  availableTime: number;
  pausedTime: number;
  pausedBy: Record<string, number>;
  loggedInTime: number;
  occupancy: number | null;
  coverage: number;
  state: AgentActivity;
  stateSince: number;
  at: number;
};
/** What an agent does. Of several that are true the first in this order counts, but for `loggedoff`. */
type AgentActivity = "talking" | "onhold" | "ringing" | "wrapup" | "paused" | "available" | "unavailable" | "loggedoff";
/**
 * AP4: the status of a site. Times are ms since 1970, null if the thing has not happened yet. `lastChange`: when the
 * last event or link change was logged. `clockOffsetMs`: how far the clock of the connector's machine was ahead of the
 * site's when the connector last reported it. `audit`: the connector's last audit. `leftOut`: what the connector's
 * agent pattern leaves out (EV15); null if the token does not grant everything, and if the connector has not reported
 * it. `redaction`: what the connector hides (RD1); null if it has not said. `lost`: the occurrences that never reached
 * the site (UP6), and when the last loss was reported. `webhooks`: how many there are (AP14), and which of them send
 * nothing, since when and why; null if the token does not grant everything.
 */
type SiteStatus = {
  site: string;
  link: LinkState;
  asOf: number;
  connector: {
    online: boolean;
    version: string | null;
    since: number | null;
    clockOffsetMs: number | null;
  };
  ami: {
    up: boolean;
    asteriskVersion: string | null;
  };
  cursor: string;
  lastChange: number | null;
  audit: Audit | null;
  leftOut: LeftOut | null;
  redaction: Redaction | null;
  lost: {
    total: number;
    at: number | null;
  };
  webhooks: {
    total: number;
    disabled: ({
      id: string;
      at: number;
      reason: DisabledReason;
    })[];
  } | null;
};
/**
 * AP11: the comparison of the connector's model with Asterisk's own lists. `differences` were found and corrected by
 * the last audit, at `at` (ms since 1970); `total` by all `audits` since the connector started.
 */
type Audit = Readonly<{
  at: number;
  differences: number;
  total: number;
  audits: number;
}>;
/**
 * EV15: members of queues, and phones of hints and of the list of devices, in whose names `setting` finds no agent's
 * id. At most a hundred of each are named; `more` counts the rest.
 */
type LeftOut = Readonly<{
  setting: string;
  members: readonly (Readonly<{
    queue: string;
    memberInterface: string;
  }>)[];
  phones: readonly (Readonly<{
    device: string;
    extension: string | null;
  }>)[];
  more: number;
}>;
type Redaction = Readonly<{
  numbers: "none" | "last4" | "hash" | "all";
  names: "none" | "initials" | "all";
  recordings: "none" | "name" | "all";
}>;
/** Why nothing is sent. `admin`: an admin said so; the others are the site's own reasons. */
type DisabledReason = "admin" | "gone" | "failing" | "gap" | "url";
/**
 * One wait of one caller in one queue, and the talk that followed. `joinedAt`, `answeredAt` and `endedAt` are ms since
 * 1970, `waitTime` and `talkTime` ms. `endedAt` is null while the talk goes on. The fields of the talk (`endedAt` of an
 * answered call, `talkTime`, `recording`, `reason`) are null if they are not known, or if the token does not grant the
 * agent. `number` and `name` are null without the claim `callers`.
 */
type QueueCall = {
  queue: string;
  uniqueId: string;
  callId: string;
  outcome: string;
  agent: string | null;
  number: string | null;
  name: string | null;
  joinedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  waitTime: number | null;
  talkTime: number | null;
  position: number | null;
  originalPosition: number | null;
  recording: string | null;
  reason: string | null;
};
/** AP13: newest first. `next` is the cursor of the next page, null if there is none. */
type CallsAnswer = {
  calls: QueueCall[];
  next: string | null;
};
/** A command as a client writes it, before names are checked and defaults filled in. */
type CommandInput = OriginateInput | RedirectInput | ParkInput | QueueAddInput | QueueRemoveInput | QueuePauseInput | QueuePenaltyInput | QueueResetInput | HangupInput | {
  type: "pickCaller";
  queue: string;
  uniqueId: string;
  deadlineSeconds?: number | undefined;
  agent: string;
  timeoutSeconds?: number | undefined;
} | {
  type: "moveCaller";
  queue: string;
  uniqueId: string;
  deadlineSeconds?: number | undefined;
  to: string;
} | {
  type: "prioritizeCaller";
  queue: string;
  uniqueId: string;
  deadlineSeconds?: number | undefined;
  priority: number;
} | {
  type: "hangupCaller";
  queue: string;
  uniqueId: string;
  deadlineSeconds?: number | undefined;
} | {
  type: "attendedTransfer";
  agent: string;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  to: string;
  deadlineSeconds?: number | undefined;
} | {
  type: "completeTransfer";
  agent: string;
  callId?: string | undefined;
  to?: string | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "joinTransfer";
  agent: string;
  callId?: string | undefined;
  to?: string | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "cancelTransfer";
  agent: string;
  callId?: string | undefined;
  to?: string | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "mute";
  agent: string;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  muted?: boolean | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "recording";
  agent: string;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  state: "paused" | "on" | "stopped";
  deadlineSeconds?: number | undefined;
} | {
  type: "spy";
  agent: string;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  supervisor: string;
  mode: SpyModeInput;
  timeoutSeconds?: number | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "pickup";
  agent: string;
  of: string;
  callId?: string | undefined;
  deadlineSeconds?: number | undefined;
} | {
  type: "sendDigits";
  agent: string;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  digits: string;
  deadlineSeconds?: number | undefined;
};
/** CM1: rings the agent, then dials `to`. */
type OriginateInput = {
  type: "originate";
  agent: string;
  to: string;
  callerId?: string | undefined;
  variables?: Record<string, string> | undefined;
  timeoutSeconds?: number | undefined;
  deadlineSeconds?: number | undefined;
};
/** CM2: transfers the other party of a call to `to`. */
type RedirectInput = {
  type: "redirect";
  agent?: string | undefined;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  to: string;
  deadlineSeconds?: number | undefined;
};
/** CM3: parks the other party of a call. */
type ParkInput = {
  type: "park";
  agent?: string | undefined;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  timeoutSeconds?: number | undefined;
  deadlineSeconds?: number | undefined;
};
/** CM4: adds the agent to a queue. */
type QueueAddInput = {
  type: "queueAdd";
  queue: string;
  agent: string;
  name?: string | undefined;
  penalty?: number | undefined;
  paused?: boolean | undefined;
  reason?: string | undefined;
  deadlineSeconds?: number | undefined;
};
/** CM4: removes the agent from a queue, or from all of the agent's queues. */
type QueueRemoveInput = {
  type: "queueRemove";
  queue?: string | undefined;
  agent: string;
  deadlineSeconds?: number | undefined;
};
/** CM4: pauses or unpauses the agent in a queue, or in all of the agent's queues. */
type QueuePauseInput = {
  type: "queuePause";
  queue?: string | undefined;
  agent: string;
  paused?: boolean | undefined;
  reason?: string | undefined;
  deadlineSeconds?: number | undefined;
};
/** CM5: sets the agent's penalty in a queue, or in all of the agent's queues. */
type QueuePenaltyInput = {
  type: "queuePenalty";
  queue?: string | undefined;
  agent: string;
  penalty: number;
  deadlineSeconds?: number | undefined;
};
/** CM5: resets the statistics (EV9) of a queue, or of all queues. */
type QueueResetInput = {
  type: "queueReset";
  queue?: string | undefined;
  deadlineSeconds?: number | undefined;
};
/** CM6: ends a call. */
type HangupInput = {
  type: "hangup";
  agent?: string | undefined;
  channel?: string | undefined;
  callId?: string | undefined;
  uniqueId?: string | undefined;
  deadlineSeconds?: number | undefined;
};
type SpyModeInput = "listen" | "whisper" | "barge";
/**
 * CM10: one call of an agent. `bridgedChannel` is null while the call rings. `callerId`: the other party's number, null
 * if withheld. `callId` and `uniqueId` as in EV4; an older connector does not send them.
 */
type Candidate = {
  agentChannel: string;
  bridgedChannel: string | null;
  callerId: string | null;
  callId?: string | undefined;
  uniqueId?: string | null | undefined;
};
/**
 * The result of a command that was carried out. `actionId`: of an `originate` (CM1), such as `pbxis-1`. `channel`: the
 * one that was transferred, parked, hung up, muted, recorded or sent digits. `parkingSpace`: of `park` (CM3). `queues`:
 * the queues that CM4 and CM5 changed. `position`: of `prioritizeCaller` (CM7), from 1. `calls`: of `findCalls`.
 * `audit`: of `audit`.
 */
type CommandResult = {
  actionId?: string | undefined;
  channel?: string | undefined;
  parkingSpace?: string | undefined;
  queues?: string[] | undefined;
  position?: number | undefined;
  calls?: Candidate[] | undefined;
  audit?: Audit | undefined;
};
type StatisticsRow = {
  kind: "queue";
  name: string;
  from: number;
  to: number;
  offered: number;
  answered: number;
  answeredInLevel: number;
  abandoned: number;
  shortAbandoned: number;
  exited: number;
  picked: number;
  moved: number;
  hungUp: number;
  unknown: number;
  waitTimeAnswered: number;
  waitTimeAbandoned: number;
  longestWait: number;
  mostWaiting: number;
  talkTime: number;
  holdTime: number;
  wrapUpTime: number;
  untimedTalks: number;
  serviceLevel: number | null;
  abandonRate: number | null;
  averageSpeedOfAnswer: number | null;
  averageHandleTime: number | null;
  serviceLevelSeconds: number | null;
  shortAbandonSeconds: number;
  coverage: number;
} | {
  kind: "agent";
  name: string;
  from: number;
  to: number;
  answered: number;
  notAnswered: number;
  declined: number;
  transferred: number;
  talkTime: number;
  holdTime: number;
  wrapUpTime: number;
  ringTime: number;
  availableTime: number;
  pausedTime: number;
  pausedBy: Record<string, number>;
  loggedInTime: number;
  occupancy: number | null;
  coverage: number;
};
/** AP12: queues before agents, by name, then by time. */
type StatisticsAnswer = {
  zone: string;
  rows: StatisticsRow[];
};
type HttpErrorCode = "bad_request" | "unauthorized" | "ticket_used" | "ticket_expired" | "forbidden" | "not_found" | "method_not_allowed" | "several_calls" | "conflict" | "gone" | "upgrade_required" | "too_large" | "unsupported_media_type" | "key_reused" | "too_fast" | "too_many_streams" | "internal" | "asterisk_refused" | "not_permitted" | "deadline_passed" | "outcome_unknown" | "unavailable";
type EventType = SiteEvent["type"];
type EventOf<Type extends EventType> = Extract<SiteEvent, {
  type: Type;
}>;
/**
 * The platform's functions that the client uses: only what browsers, Node ≥ 20 and Workers have in common. The types
 * are the client's own, so it compiles for each of them without the type definitions of the others. Tests pass their
 * own platform.
 */
type HttpResponse = Readonly<{
  status: number;
  text: () => Promise<string>;
  body: Readonly<{
    getReader: () => ByteReader;
  }> | null;
}>;
type ByteReader = Readonly<{
  read: () => Promise<Readonly<{
    done: boolean;
    value?: Uint8Array | undefined;
  }>>;
}>;
type HttpRequest = Readonly<{
  method?: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** An AbortSignal; `never` is assignable to the parameter of every platform's `fetch`. */
  signal?: never;
}>;
type Fetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;
/** The events are `never`, so that handlers of every platform are assignable; stream.ts states the fields it reads. */
type Socket = {
  send: (text: string) => void;
  close: () => void;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
};
type SocketConstructor = new (url: string) => Socket;
type Platform = Readonly<{
  fetch: Fetch;
  /** Undefined in Node 20, where streams then use server-sent events. */
  WebSocket: SocketConstructor | undefined;
  /** A steady clock in ms, such as `performance.now()`. */
  now: () => number;
  /** A random number in [0, 1). */
  random: () => number;
  /** Calls `run` once after `ms`. The returned function cancels that. */
  setTimer: (ms: number, run: () => void) => () => void;
  /** A unique id, such as a UUID. */
  randomId: () => string;
  /** A streaming UTF-8 decoder: takes the bytes in arbitrary pieces, and no bytes at the end. */
  newDecoder: () => (bytes?: Uint8Array) => string;
  newAbort: () => Readonly<{
    signal: never;
    abort: () => void;
  }>;
  /**
   * Calls `wake` when the network is back and when a hidden page is shown again, after which connections are often
   * dead. The returned function ends that. On platforms without such events it is never called.
   */
  onWake: (wake: () => void) => () => void;
  /** Reports an error that one of the caller's handlers has thrown. */
  reportError: (error: unknown) => void;
}>;
type WorkerAddress = Readonly<{
  /** The worker's root, such as `https://pbxis-edge.example.workers.dev`. */
  url: string;
  /**
   * The token (a JWT), or a function that returns one. The function is called for the first request, and again when the
   * token has expired or was refused. It must answer within 20 seconds.
   */
  token: string | (() => string | Promise<string>);
}>;
/**
 * A request that did not succeed. Example: `status` 403, `code` `"forbidden"`, `details` `{ agents: ["1002"], queues:
 * [] }`.
 */
export declare class SiteError extends Error {
  readonly name = "SiteError";
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /**
   * The site's error code (section 8 of PROTOCOL.md), or one of the client's own: `network`, no answer; `no_token`, the
   * token function failed; `unreadable`, the answer is not the site's, for example a gateway's error page.
   */
  readonly code: HttpErrorCode | "network" | "no_token" | "unreadable";
  /** AP5: the command that failed, null if the error is not a command's outcome. */
  readonly commandId: string | null;
  /** Further fields of the site's `error`, such as `candidates` (CM10). */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(status: number, code: SiteError["code"], message: string, details?: Readonly<Record<string, unknown>>, commandId?: string | null);
}
/**
 * The error of a refusal. Its code is `unreadable` if a gateway answered instead of the worker, or if the site is newer
 * than this client and used a code that the client does not know.
 */
export declare function errorOf(response: HttpResponse): Promise<SiteError>;
/**
 * How a command ended (CM11). `done`: carried out, `result` as in section 10 of PROTOCOL.md. `failed`: not carried out,
 * except in the queues that `error.queues` lists. `unknown`: it may have been carried out; sending it again may do it
 * twice. `commandId` is null if the site did not accept the command or did not answer. Example: `{ status: "done",
 * commandId: "5f0c…", result: { actionId: "pbxis-1" } }`.
 */
type CommandOutcome = Readonly<{
  status: "done";
  commandId: string;
  result: CommandResult;
}> | Readonly<{
  status: "failed";
  commandId: string | null;
  error: CommandFailure;
}> | Readonly<{
  status: "unknown";
  commandId: string | null;
  error: Readonly<{
    code: "outcome_unknown";
    message: string;
  }>;
}>;
/**
 * `code` is one of the site's (section 8 of PROTOCOL.md) or one of the client's own: `no_token`, the token function
 * failed; `unreadable`, something other than the site answered; `aborted`, the caller's signal aborted before the
 * command was sent.
 */
type CommandFailure = Readonly<{
  code: Exclude<HttpErrorCode, "outcome_unknown"> | "no_token" | "unreadable" | "aborted";
  message: string;
  /** With `several_calls` (CM10): the calls to choose from. Nothing was done. */
  candidates?: readonly Candidate[];
  /** The queues in which the command was carried out before it failed. */
  queues?: readonly string[];
}>;
/** The part of an AbortSignal that the client uses. */
type AbortSignalLike = Readonly<{
  aborted: boolean;
  addEventListener: (type: "abort", listener: () => void) => void;
  removeEventListener: (type: "abort", listener: () => void) => void;
}>;
type CommandOptions = Readonly<{
  /** Calls with the same key are one command (CM12): up to 255 characters of printable ASCII. Random by default. */
  idempotencyKey?: string;
  /** Ends the wait, not the command: a command that was sent already ends as `unknown`. */
  signal?: AbortSignalLike;
}>;
/**
 * One agent in one queue (EV3). Example: `{ agent: "1001", queue: "support", status: "paused", deviceStatus:
 * "not_inuse", pausedReason: "lunch", penalty: 0, since: 1763890000000, at: 1763890000000 }`. `since` and `at` are ms
 * since 1970.
 */
type Membership = Omit<EventOf<"queueMemberStatus">, "type">;
/**
 * One agent (EV1–EV4, EV21). `name` and `status` are null while unknown, `call` is null if the agent has no call.
 * `call.number` is `"unknown"` if the other party withholds it. `supervising` is null unless the agent's phone listens
 * to the call of another agent; `since` is ms since 1970. Example: `{ agent: "1001", name: "Ann", status: "inuse", call:
 * { number: "5551234", name: null, queueName: "support", callId: "1763890000.7", uniqueId: "1763890000.7", recording:
 * "on", muted: null, consulting: null }, supervising: null, memberships: [], statistics: null }`.
 * `statistics` (EV19) is present only if the subscription has `statistics: true`.
 */
type AgentView = Readonly<{
  agent: string;
  name: string | null;
  status: EventOf<"extensionStatus">["status"] | null;
  call: Readonly<{
    number: string;
    name: string | null;
    queueName: string | null;
    callId: string | null;
    uniqueId: string | null;
    recording: "on" | "paused" | null;
    muted: boolean | null;
    consulting: string | null;
  }> | null;
  supervising: Readonly<{
    agent: string;
    mode: EventOf<"supervision">["mode"];
    since: number | null;
  }> | null;
  memberships: readonly Membership[];
  statistics: EventOf<"agentStatistics"> | null;
}>;
/**
 * One queue. `count`: waiting callers (EV5). `longestWaitSince`: ms since 1970, null if nobody waits. The summaries
 * (EV9) are present only if the subscription has `summary: true`, `statistics` (EV18) only with `statistics: true`.
 * Example: `{ queue: "support", count: 2, longestWaitSince: 1763890000000, members: [], summary: null, memberSummaries:
 * [], statistics: null }`.
 */
type QueueView = Readonly<{
  queue: string;
  count: number;
  longestWaitSince: number | null;
  members: readonly Membership[];
  summary: EventOf<"queueSummary"> | null;
  memberSummaries: readonly EventOf<"memberSummary">[];
  statistics: EventOf<"queueStatistics"> | null;
}>;
/** A call that waits in a parking space (EV22). `since` is ms since 1970. */
type ParkedCall = Readonly<{
  parkingLot: string;
  parkingSpace: string;
  channel: string;
  callerId: string | null;
  since: number | null;
}>;
/**
 * A caller who waits (EV20), at `position` from 1. `ringing`: the agents whom the queue rings for the caller. Example:
 * `{ position: 1, uniqueId: "1763890000.7", callId: "1763890000.7", number: "5551234", name: null, since: 1763890000000,
 * priority: 0, ringing: ["1001"] }`.
 */
type CallerView = EventOf<"queueCallers">["callers"][number] & Readonly<{
  position: number;
}>;
/** Lookups in the current states. Each call returns a new object, which later changes do not affect. */
type SiteState = Readonly<{
  /** The ids of all agents with at least one state. */
  agents: () => readonly string[];
  /** The names of all queues with at least one state. */
  queues: () => readonly string[];
  /** Undefined if the agent has no state. */
  agent: (agent: string) => AgentView | undefined;
  /** Undefined if the queue has no state. */
  queue: (queue: string) => QueueView | undefined;
  /** Undefined if the agent is not a member of the queue. */
  membership: (agent: string, queue: string) => Membership | undefined;
  /**
   * The callers who wait in the queue, the next one first: at most a hundred; `queue(…).count` has the number of all.
   * Undefined if the subscription has no `callers: true`, or if the queue has no state.
   */
  callers: (queue: string) => readonly CallerView[] | undefined;
  /** The calls that are parked now. */
  parkedCalls: () => readonly ParkedCall[];
  /** The latest value of every state. */
  events: () => readonly SiteEvent[];
}>;
/**
 * `events`: new values, including log-offs. `removed`: the last values of states that disappeared without a new value.
 */
type Changes = Readonly<{
  events: readonly SiteEvent[];
  removed: readonly SiteEvent[];
}>;
/**
 * The connection of a subscription. `waiting`: it reconnects at `until` (ms of the platform's steady clock). `stopped`:
 * it does not reconnect, because it was closed or the site refuses it. `reason` is for people, such as `"the token has
 * expired"`.
 */
type SubscriptionStatus = Readonly<{
  kind: "connecting" | "live";
}> | Readonly<{
  kind: "waiting";
  until: number;
  reason: string;
}> | Readonly<{
  kind: "stopped";
  reason: string;
}>;
/** `asOf` in ms since 1970; null only of a site that has never been reached, in a stream of several sites. */
type Link = Readonly<{
  state: LinkState;
  asOf: number | null;
}>;
/** The parameters of a request, from what the caller passes to the client. Pure. */
type Names = "*" | readonly string[];
/**
 * AP13: which queue calls. `from` and `to` are ms since 1970; an absent list names all that the token grants. `after`
 * is the `next` of the page before.
 */
type CallsQuery = Readonly<{
  from?: number;
  to?: number;
  queues?: Names;
  agents?: Names;
  outcome?: readonly string[];
  number?: string;
  limit?: number;
  after?: string;
}>;
/**
 * AP12: the queues and agents, the period (`from` and `to` in ms since 1970) and the interval of the figures. An absent
 * list names nothing.
 */
type StatisticsQuery = Readonly<{
  from: number;
  to: number;
  interval: "15m" | "1h" | "day";
  queues?: Names;
  agents?: Names;
}>;
/** What a subscription has besides the usual states: EV9, EV18 and EV19, EV20. */
type Extras = Readonly<{
  summary?: boolean;
  statistics?: boolean;
  callers?: boolean;
}>;
/** The subscription of AP1 and AP3. */
type Requested = Extras & Readonly<{
  agents?: Names;
  queues?: Names;
}>;
type SiteOptions = Readonly<{
  /** The site's name, such as `hq`. */
  site: string;
}> & ConnectOptions;
/** Where the worker is, and how it is reached. */
type ConnectOptions = WorkerAddress & Readonly<{
  /**
   * `auto` (the default) uses WebSocket, and server-sent events where the platform has no WebSocket or none gets
   * through. `sse` needs a `fetch` with streaming bodies.
   */
  transport?: "auto" | "websocket" | "sse";
  /** Replaces functions of the platform, for tests. */
  platform?: Partial<Platform>;
}>;
/**
 * What to subscribe to. AP1: lists of names, or `*` for everything that the token grants; an absent list names nothing.
 * AP2: one queue or one agent. `summary` adds `queueSummary` and `memberSummary` events (EV9), `statistics` adds
 * `queueStatistics` and `agentStatistics` (EV18, EV19), `callers` adds `queueCallers` (EV20) for a token with that claim.
 * Examples: `{ agents: "*", queues: ["support"] }`, `{ queue:
 * "support" }`, `{ agent: "1001", statistics: true }`.
 */
type Subscription = Requested | (Extras & Readonly<{
  queue: string;
}>) | Readonly<{
  agent: string;
  statistics?: boolean;
}>;
/**
 * Called in the order of the stream, after `state` has changed. An error that a handler throws, or rejects with, is
 * reported by `platform.reportError`, and the stream continues.
 */
type SubscriptionHandlers = Readonly<{
  /** States have changed. */
  onChange?: (changes: Changes) => void;
  /** An occurrence (EV6–EV8, EV16, EV17, EV23), each exactly once, also over reconnections. */
  onOccurrence?: (event: SiteEvent) => void;
  /**
   * Occurrences may be missing, because the client was away for longer than the site's log reaches. States are right
   * again.
   */
  onGap?: () => void;
  /**
   * ST3: how fresh the states are. `asOf` in ms since 1970: until when they were right, or for `up` since when they
   * are.
   */
  onLink?: (link: LinkState, asOf: number) => void;
  onStatus?: (status: SubscriptionStatus) => void;
}>;
type SubscribedSite = Readonly<{
  /** The current states. The object stays the same and always shows the latest values. */
  state: SiteState;
  /** As in `onLink`; null before the first snapshot. */
  link: () => Readonly<{
    state: LinkState;
    asOf: number;
  }> | null;
  status: () => SubscriptionStatus;
  /** The position of the last frame, such as `k3-41`; null before the first. */
  cursor: () => string | null;
  /** Ends the subscription for good. No handler but `onStatus` is called afterwards. */
  close: () => void;
}>;
type SiteClient = Readonly<{
  /**
   * Starts a stream and keeps it open until `close`. No handler is called before this function has returned.
   * @throws TypeError for the stream of a queue or agent named `.` or `..`, which the path of a URL cannot name.
   */
  subscribe: (subscription: Subscription, handlers?: SubscriptionHandlers) => SubscribedSite;
  /**
   * Sends a command (section 10 of PROTOCOL.md), such as `{ type: "hangup", agent: "1001" }`. Never rejects: see
   * `CommandOutcome`.
   */
  command: (command: CommandInput, options?: CommandOptions) => Promise<CommandOutcome>;
  /**
   * AP4: the site's status.
   * @throws SiteError
   */
  status: () => Promise<SiteStatus>;
  /**
   * AP3: the current states once, without a stream.
   * @throws SiteError
   */
  snapshot: (subscription?: Requested) => Promise<StateAnswer>;
  /**
   * AP13: queue calls, newest first.
   * @throws SiteError
   */
  calls: (query?: CallsQuery) => Promise<CallsAnswer>;
  /**
   * AP12: the figures of queues and agents over time.
   * @throws SiteError
   */
  statistics: (query: StatisticsQuery) => Promise<StatisticsAnswer>;
}>;
/**
 * Opens no connection yet: each subscription has its own stream, and each command is one request.
 * @throws TypeError if `url` is not an HTTP URL; Error if `transport` is `websocket` and the platform has none.
 */
export declare function connectSite(options: SiteOptions): SiteClient;
/** `sites`: the sites' names, at most 50, such as `["hq", "north"]`. The token must be for each of them. */
type SitesOptions = ConnectOptions & Readonly<{
  sites: readonly string[];
}>;
/** As `SubscriptionHandlers`, with the site as the last argument. */
type SitesHandlers = Readonly<{
  onChange?: (changes: Changes, site: string) => void;
  onOccurrence?: (event: SiteEvent, site: string) => void;
  onGap?: (site: string) => void;
  /** `asOf` is null for a site that could never be reached. */
  onLink?: (link: LinkState, asOf: number | null, site: string) => void;
  /** The status of the stream of all sites. */
  onStatus?: (status: SubscriptionStatus) => void;
}>;
/** What is about one site of several. */
type OfSite<View> = View & Readonly<{
  site: string;
}>;
/** Lookups in the current states of all sites. */
type SitesState = Readonly<{
  /** The names of all sites. */
  sites: () => readonly string[];
  /** The states of one site. Undefined for a site that is not in the stream. */
  site: (site: string) => SiteState | undefined;
  /** The agents of all sites, each with its site. The same id at two sites is two agents. */
  agents: () => readonly OfSite<AgentView>[];
  /** The queues of all sites, each with its site. */
  queues: () => readonly OfSite<QueueView>[];
}>;
type SubscribedSites = Readonly<{
  /** The current states. The object stays the same and always shows the latest values. */
  state: SitesState;
  /** ST3: how fresh a site's states are. Null before anything has arrived from it. */
  link: (site: string) => Link | null;
  status: () => SubscriptionStatus;
  /** The positions at all sites, such as `hq:k3-41,north:a9-7`; null before the first frame. */
  cursor: () => string | null;
  close: () => void;
}>;
type SitesClient = Readonly<{
  /**
   * Starts one stream of all sites and keeps it open until `close`. A name is for every site; `hq/1001` is for the site
   * hq alone. No handler is called before this function has returned.
   */
  subscribe: (subscription: Requested, handlers?: SitesHandlers) => SubscribedSites;
  /** One of the sites, for its commands, calls and statistics. */
  site: (site: string) => SiteClient;
}>;
/**
 * Opens no connection yet, as `connectSite`.
 * @throws TypeError if `url` is not an HTTP URL; Error if `transport` is `websocket` and the platform has none.
 */
export declare function connectSites({ sites, ...options }: SitesOptions): SitesClient;
export type { AgentView, CallerView, CallsAnswer, CallsQuery, Candidate, Changes, CommandFailure, CommandInput, CommandOptions, CommandOutcome, CommandResult, ConnectOptions, EventOf, EventType, Link, LinkState, Membership, OfSite, ParkedCall, Platform, QueueCall, QueueView, SiteClient, SiteEvent, SiteOptions, SiteState, SiteStatus, SitesClient, SitesHandlers, SitesOptions, SitesState, StateAnswer, StatisticsAnswer, StatisticsQuery, StatisticsRow, SubscribedSite, SubscribedSites, Subscription, SubscriptionHandlers, SubscriptionStatus };
/** Which live events Asterisk is asked for. */

/**
 * The live events that the connector asks Asterisk to send, each with the rules of PROTOCOL.md that need it. Everything
 * else may be filtered out.
 *
 * `VarSet` of MIXMONITOR_FILENAME is decoded if it comes, but the connector does not ask for it: it would need the
 * right `read=dialplan` and cause much traffic.
 */
export const amiEventNames: readonly string[] = [
  "QueueCallerJoin", // EV5, EV16: a caller starts waiting.
  "QueueCallerLeave", // EV5, EV9, EV16: the caller stops waiting.
  "QueueCallerAbandon", // EV9, EV16: the caller leaves unanswered.
  "QueueMemberStatus", // EV3: the device state, unless DeviceStateChange gives it. EV9: the counters.
  "QueueMemberAdded", // EV3: log on.
  "QueueMemberRemoved", // EV3: log off.
  "QueueMemberPause", // EV3: pause and its reason.
  "QueueMemberPenalty", // EV3: penalty.
  "AgentCalled", // EV4, EV17: a queue rings the agent. The ringing ends with the rung channel's Hangup.
  "AgentComplete", // EV6, EV9.
  "BridgeEnter", // EV4: the only sign of an answer that all kinds of calls have, with both parties' numbers.
  "BridgeLeave", // EV4, EV2: one of several channels leaves, or a parked one.
  "BridgeDestroy", // EV4, EV2: the conversation is over, though channels may continue.
  "Hangup", // EV4, EV7, EV17: the end of a channel, also of one that only rang.
  "HangupRequest", // EV16, EV17: the caller hung up; a time-out looks the same otherwise.
  "NewConnectedLine", // EV4: the other party changes during a call, by a transfer or by the carrier.
  "Pickup", // EV4, EV17: another agent takes a call that a queue rings.
  "Hold", // EV2: the agent puts the call on hold; no device state shows it.
  "Unhold", // EV2.
  "ExtensionStatus", // EV2: hints of more than one phone.
  "DeviceStateChange", // EV2, EV3: the phone.
  "MixMonitorStart", // EV6: a recording starts; the link asks for its path.
  "MixMonitorMute", // EV4: a recording is paused or goes on.
  "MixMonitorStop", // EV4: a recording is stopped.
  "ChanSpyStart", // EV21.
  "ChanSpyStop", // EV21.
  "OriginateResponse", // EV7.
  "ParkedCall", // EV8, EV22.
  "UnParkedCall", // EV8, EV22.
  "ParkedCallTimeOut", // EV8, EV22.
  "ParkedCallGiveUp", // EV8, EV22.
  "ParkedCallSwap", // EV22.
  "Reload", // Queues and hints may have changed without an event: regenerate.
  "FullyBooted", // Lists requested before this were incomplete: regenerate.
];

/**
 * How AMI filters look into the requested events (`amiEventNames`) and leave out those that repeat what another event
 * says. Each text is a POSIX extended regular expression for what follows the event's name.
 *
 * Events with text chosen by callers are only selected by an expression, never excluded by one. Otherwise a caller
 * could choose a name that hides the call.
 */

/** Any channel but a Local one. Agents' ids may be words, so a phone looks like a trunk. */
const phoneChannel = "Channel: ([^L]|L[^o])";

/** A phone that is named by a number. Trunks and door openers usually have words for names. */
const numberedPhone = "(PJSIP|SIP|IAX2|SCCP)/[0-9]{2,6}";
const isNumberedPhone = new RegExp(`^${numberedPhone}$`);

/**
 * Whether the state of `device` is taken from `DeviceStateChange` alone. Asterisk sends up to three events for one
 * device state. app_queue and the hints derive theirs from the same internal message without changing it, and
 * `DeviceStateChange` is the shortest of the three.
 */
export function isDeviceAuthoritative(device: string): boolean {
  return isNumberedPhone.test(device);
}

/** Of these events, only those that match pass. */
export const amiEventNarrowing: Readonly<Record<string, string>> = {
  // A waiting caller is connected to nobody. Whether the call is recorded is asked when somebody answers
  // (recording.ts).
  MixMonitorStart: "ConnectedLineNum: [^<]",
  // The state of an agent whose id is a word comes with the membership or the hint; trunks' names are words, too.
  // Queue:…_pause_… is the only sign of members that are added without an event.
  DeviceStateChange: `Device: (${numberedPhone}|Queue:.+_pause_)`,
  // When one of the two channels of a call leaves, Asterisk removes the other at once, and BridgeDestroy covers both.
  // Parking and conferences are different.
  BridgeLeave: `(BridgeType: ([^b]|b[^a]|ba[^s]|bas[^i])|BridgeNumChannels: ([2-9]|1[0-9])).*${phoneChannel}`,
  // While the phone rings, AgentCalled and BridgeEnter have the numbers. That an outside party is now connected to an
  // extension matters to that party only.
  NewConnectedLine: `${phoneChannel}.*ChannelStateDesc: Up[[:space:]].*(CallerIDNum: [0-9]{2,6}[[:space:]]|ConnectedLineNum: ([^0-9]|[0-9]([^0-9]|[0-9]+[A-Za-z]|[0-9]{6})))`,
};

/** Of these events, those that match are excluded. */
export const amiEventRepetitions: Readonly<Record<string, string>> = {
  // A hint of exactly one such phone. Only this event shows that a hint was removed (a negative status).
  ExtensionStatus: `[[:cntrl:]]Hint: ${numberedPhone}[[:cntrl:]].*[[:cntrl:]]Status: [0-9]`,
  // In use, ringing, both, on hold. Idle passes, because it brings the counters of the call that has just ended; so
  // does a phone that becomes available or unavailable.
  QueueMemberStatus: `[[:cntrl:]]StateInterface: ${numberedPhone}[[:cntrl:]].*[[:cntrl:]]Status: [2678][[:cntrl:]]`,
};

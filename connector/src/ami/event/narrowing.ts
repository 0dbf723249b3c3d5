/**
 * Which of the events that the model asks for (`amiEventNames`) are news: a filter can look into an event, and leave away what another event
 * tells as well. The texts are POSIX extended regular expressions for what follows the event's name.
 *
 * Events that carry words of callers are only ever let through by an expression, never kept away by one: else a caller could choose a name
 * that hides his call.
 */

/** Any channel but a Local one: agents' ids may be words, so a phone cannot be told from a trunk. */
const phoneChannel = "Channel: ([^L]|L[^o])";

/** A phone that is named by a number, and whose every state `DeviceStateChange` tells. Trunks and doors are named by words, as a rule. */
const numberedPhone = "(PJSIP|SIP|IAX2|SCCP)/[0-9]{2,6}";
const isNumberedPhone = new RegExp(`^${numberedPhone}$`);

/**
 * Whether `DeviceStateChange` alone tells this device's states. For one state of a device Asterisk sends up to three events, of which it is the
 * shortest: app_queue and the hints take theirs from the same message of the core, and change nothing about it.
 */
export function isDeviceAuthoritative(device: string): boolean {
  return isNumberedPhone.test(device);
}

/** Of these events only those pass that fit. */
export const amiEventNarrowing: Readonly<Record<string, string>> = {
  // A caller who waits is connected to nobody: whether he is recorded is asked when somebody answers (recording.ts).
  MixMonitorStart: "ConnectedLineNum: [^<]",
  // An agent whose id is a word has a membership or a hint that tells his status; trunks are words too.
  // Queue:…_pause_… is the only sign of members that come without an event.
  DeviceStateChange: `Device: (${numberedPhone}|Queue:.+_pause_)`,
  // When one of the two in a call leaves, Asterisk takes the other out at once, and BridgeDestroy tells of both. Not so of parking and conferences.
  BridgeLeave: `(BridgeType: ([^b]|b[^a]|ba[^s]|bas[^i])|BridgeNumChannels: ([2-9]|1[0-9])).*${phoneChannel}`,
  // While it rings, the numbers come with AgentCalled and BridgeEnter. That an outside party is connected to an extension is news to that party only.
  NewConnectedLine: `${phoneChannel}.*ChannelStateDesc: Up[[:space:]].*(CallerIDNum: [0-9]{2,6}[[:space:]]|ConnectedLineNum: ([^0-9]|[0-9]([^0-9]|[0-9]+[A-Za-z]|[0-9]{6})))`,
};

/** Of these events those are kept away that fit. */
export const amiEventRepetitions: Readonly<Record<string, string>> = {
  // A hint of nothing but such a phone. That it is gone, which is a negative status, is told by nothing else.
  ExtensionStatus: `[[:cntrl:]]Hint: ${numberedPhone}[[:cntrl:]].*[[:cntrl:]]Status: [0-9]`,
  // Ringing, in use, both, on hold. With idle come the counts of the call that has just ended, and a phone that comes or goes is worth another word.
  QueueMemberStatus: `[[:cntrl:]]StateInterface: ${numberedPhone}[[:cntrl:]].*[[:cntrl:]]Status: [2678][[:cntrl:]]`,
};

/**
 * How Asterisk is made to send only the events that the connector uses. There are three ways, depending on the
 * account's rights: `Filter` actions (write=system), an event mask (any account), or `eventfilter` lines in
 * manager.conf for an account with least rights.
 *
 * Filters are regular expressions, not the newer `eventfilter(action(include),name(X))`. Expressions mean the same on
 * 16 and 22 (measured on 16.28 and 22.10), whereas 16 answers Success to the newer form and ignores it. Asterisk
 * matches an expression against the event's whole text, which begins with its name. Expressions are anchored there, so
 * that no value inside an event can pass for another event.
 */

import { amiEventNarrowing, amiEventRepetitions } from "../event/narrowing.ts";
import { amiEventNames } from "../event/needed.ts";
import type { ActionFields } from "./action.ts";
import { neededClasses } from "./rights.ts";

/** Events that the link itself needs. */
const linkEvents = ["Shutdown"];

/** Extended regular expressions. An event passes if one of them matches, and none of those that begin with `!`. */
export function eventFilters(): readonly string[] {
  const names = new Set([...amiEventNames, ...linkEvents]);
  const plain = [...names].filter((name) => !(name in amiEventNarrowing)).sort();
  return [
    `^Event: (${plain.join("|")})[[:space:]]`,
    ...Object.entries(amiEventNarrowing).map(([name, condition]) => `^Event: ${name}[[:space:]].*${condition}`),
    ...Object.entries(amiEventRepetitions).map(([name, condition]) => `!^Event: ${name}[[:space:]].*${condition}`),
  ];
}

export function filterFields(filter: string): ActionFields {
  return [
    ["Operation", "Add"],
    ["Filter", filter],
  ];
}

/** The classes of the events in use, for accounts without the right to filter. */
export const eventMask = "system,call,agent";

/** An account for manager.conf with least rights, and the filters that such an account cannot set itself. */
export function managerConf(username: string): string {
  return `; The account of the pbxis-edge connector. Choose a secret, and permit only the connector's address.
[${username}]
secret = CHANGE-ME
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
; system: restarts and reloads. call, agent: calls, queues and agents. Not included: dialplan, commands, user events.
read = system,call,agent
; Rights to act. The connector refuses commands whose class is missing here. For monitoring only: write = reporting
; reporting: lists of channels, extensions and devices, and the path of a recording. Always required.
; call: redirect, park, hangup, moveCaller, hangupCaller, attendedTransfer, mute, recording, sendDigits, another mode of spy
; agent: queueAdd, queueRemove, queuePause, queuePenalty (queueReset and prioritizeCaller require no right)
; originate: originate, pickCaller, pickup, spy
write = ${neededClasses.join(",")}
; Asterisk disconnects a client that reads more slowly than this, in ms. The connector always reads, but a busy machine may be late.
writetimeout = 5000
${eventFilters()
  .map((filter) => `eventfilter = ${filter}`)
  .join("\n")}
`;
}

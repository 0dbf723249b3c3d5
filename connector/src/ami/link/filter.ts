/**
 * What Asterisk is told to send: only what the model uses. Three ways, by what the account may: `Filter` actions (write=system), an
 * event mask (anybody), or `eventfilter` lines in manager.conf, which an account with least rights has instead.
 *
 * Regular expressions, not the newer `eventfilter(action(include),name(X))`: they mean the same on 16 and on 22 (measured on 16.28 and 22.10), while 16
 * answers Success to the newer form and ignores it. An expression is matched against the event's whole text, which begins with its name: so
 * it is anchored there, and no value that somebody smuggles into an event can pass for another event.
 */

import { amiEventNames } from "../event/event.ts";
import { amiEventNarrowing, amiEventRepetitions } from "../event/narrowing.ts";
import type { ActionFields } from "./action.ts";
import { neededClasses } from "./rights.ts";

/** The link itself needs these besides the model. */
const linkEvents = ["Shutdown"];

/** Extended regular expressions; an event passes if one of them matches, and none of those that begin with `!`. */
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

/** The classes that the model's events belong to; for accounts that may not filter. */
export const eventMask = "system,call,agent";

/** The account to put into manager.conf: least rights, and the filters that such an account cannot set itself. */
export function managerConf(username: string): string {
  return `; The account of the pbxis-edge connector. Choose a secret, and permit the connector's address only.
[${username}]
secret = CHANGE-ME
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
; system: restarts and reloads. call, agent: the facts. It sees no dialplan, no commands, no user events.
read = system,call,agent
; What the connector may do. It refuses the commands whose class is left out here; to watch only: write = reporting
; reporting: lists of channels, extensions and devices, and a recording's path. Needed always.
; call: redirect, park, hangup
; agent: queueAdd, queueRemove, queuePause, queuePenalty (Asterisk asks no right of queueReset)
; originate: originate
write = ${neededClasses.join(",")}
; A reader that is late by this many ms is cut; the connector always reads, a busy machine may be late.
writetimeout = 5000
${eventFilters()
  .map((filter) => `eventfilter = ${filter}`)
  .join("\n")}
`;
}

/**
 * Recorded sessions of Asterisk 22.10, and a comparison of events that does not depend on how Asterisk's threads
 * interleave.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { amiEventNames } from "../../connector/src/ami/event/needed.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import { type ActionRequest, parseRequest } from "./manager/request.ts";

const recordings = new URL("../trace/recorded/22/", import.meta.url);

export function packetsOf(bytes: Buffer): readonly Packet[] {
  const framed = new Framer().push(bytes);
  return framed.flatMap((one) => (one.kind === "packet" ? [one] : []));
}

/** Every packet that was received: events, responses and list items. */
export function receivedPackets(name: string): readonly Packet[] {
  return packetsOf(gunzipSync(readFileSync(new URL(`${name}.ami.gz`, recordings))));
}

/** Every action that was sent. */
export function recordedRequests(name: string): readonly ActionRequest[] {
  const text = readFileSync(new URL(`${name}.sent`, recordings), "utf8");
  return text.split(/\r?\n\r?\n/).map((lines) => parseRequest(lines.replaceAll(/\r?\n/g, "\r\n")));
}

/** The live events between the responses with the ActionIDs `from` and `to`. */
export function liveEventsBetween(name: string, from: string, to: string): readonly Packet[] {
  const packets = receivedPackets(name);
  const answer = (id: string) =>
    packets.findIndex(({ fields }) => fields.get("ActionID") === id && !fields.has("Event"));
  expect([answer(from), answer(to)]).not.toContain(-1);
  return liveEvents(packets.slice(answer(from), answer(to)));
}

/** Without responses and list items. */
function liveEvents(packets: readonly Packet[]): readonly Packet[] {
  return packets.filter(({ fields }) => !fields.has("ActionID") || fields.get("Event") === "OriginateResponse");
}

/** `until`: the events before the first that matches, for recordings of several calls. */
export function recordedEvents(name: string, until?: (packet: Packet) => boolean): readonly Packet[] {
  const packets = liveEvents(receivedPackets(name));
  const end = until ? packets.findIndex(until) : -1;
  return end < 0 ? packets : packets.slice(0, end);
}

/** The events of each channel, device, hint and member in order. The order between subjects differs from run to run. */
function eventsBySubject(packets: readonly Packet[]): ReadonlyMap<string, readonly string[]> {
  const bySubject = new Map<string, string[]>();
  const names = new Map<string, string>();
  const waiting = new Set<string | undefined>();
  for (const { fields } of packets) {
    const event = fields.get("Event");
    if (event === "QueueCallerJoin") waiting.add(fields.get("Uniqueid"));
    if (event === "QueueCallerLeave") waiting.delete(fields.get("Uniqueid"));
    // Only of a waiting caller it is of use.
    if (event === "HangupRequest" && !waiting.has(fields.get("Uniqueid"))) continue;
    const device = fields.get("Device") ?? "";
    if (event === undefined || event === "FullyBooted" || !amiEventNames.includes(event)) continue;
    if (/^(?:Queue|park):/.test(device)) continue;
    const channel = fields.get("Channel") ?? fields.get("ParkeeChannel");
    // Channel numbers differ in every run, so channels are numbered in the order of their first event.
    for (const name of [channel, fields.get("DestChannel"), fields.get("RetrieverChannel")])
      if (name !== undefined && !names.has(name)) {
        const line = name.replace(/-[0-9a-f]+(;[12])?$/, "$1");
        names.set(name, `${line} #${[...names.keys()].filter((other) => other.startsWith(`${line}-`)).length + 1}`);
      }
    const subject = channel === undefined ? device || fields.get("Exten") || memberOf(fields) : names.get(channel);
    const detail = ["State", "Status", "Paused", "PausedReason", "Count", "Position", "BridgeType", "Cause", "Reason"];
    const details = detail.flatMap((name) => (fields.has(name) ? [`${name}=${fields.get(name)}`] : []));
    const line = `${event} ${details.join(" ")} [${[...fields].map(([name]) => name).join(" ")}]`;
    bySubject.set(subject ?? "", [...(bySubject.get(subject ?? "") ?? []), line]);
  }
  return bySubject;
}

const memberOf = (fields: Packet["fields"]) => `${fields.get("Interface")} in ${fields.get("Queue")}`;

export function expectSameEvents(recording: readonly Packet[], play: readonly Packet[]): void {
  const expected = eventsBySubject(recording);
  expect(expected.size).toBeGreaterThan(0);
  expect(Object.fromEntries(eventsBySubject(play))).toEqual(Object.fromEntries(expected));
}

/** The lab's third queue has a Local member, which the simulated PBX does not support. */
export function withoutVipQueue(packets: readonly Packet[]): readonly Packet[] {
  return packets.filter(({ fields }) => fields.get("Queue") !== "vip");
}

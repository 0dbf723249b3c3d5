/** Recorded sessions of Asterisk 22.10 as tests compare them: what was told, in the orders that do not depend on how threads race. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { amiEventNames } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import { type ActionRequest, parseRequest } from "./request.ts";

const recordings = new URL("../trace/recorded/22/", import.meta.url);

export function cut(bytes: Buffer): readonly Packet[] {
  const framed = new Framer().push(bytes);
  return framed.flatMap((one) => (one.kind === "packet" ? [one.packet] : []));
}

/** All that came, answers and lists too. */
export function received(name: string): readonly Packet[] {
  return cut(gunzipSync(readFileSync(new URL(`${name}.ami.gz`, recordings))));
}

/** All that was asked. */
export function asked(name: string): readonly ActionRequest[] {
  const text = readFileSync(new URL(`${name}.sent`, recordings), "utf8");
  return text.split(/\r?\n\r?\n/).map((lines) => parseRequest(lines.replaceAll(/\r?\n/g, "\r\n")));
}

/** What live events told between two answers. */
export function between(name: string, from: string, to: string): readonly Packet[] {
  const packets = received(name);
  const answer = (id: string) =>
    packets.findIndex(({ fields }) => fields.get("ActionID") === id && !fields.has("Event"));
  expect([answer(from), answer(to)]).not.toContain(-1);
  return live(packets.slice(answer(from), answer(to)));
}

/** Without answers and lists. */
function live(packets: readonly Packet[]): readonly Packet[] {
  return packets.filter(({ fields }) => !fields.has("ActionID") || fields.get("Event") === "OriginateResponse");
}

/** `until`: up to and without the first packet that matches, for recordings that tell several stories. */
export function recorded(name: string, until?: (packet: Packet) => boolean): readonly Packet[] {
  const packets = live(received(name));
  const end = until ? packets.findIndex(until) : -1;
  return end < 0 ? packets : packets.slice(0, end);
}

/** What is told in which order of its own: a channel's, a device's, a hint's, a member's. */
function lanes(packets: readonly Packet[]): ReadonlyMap<string, readonly string[]> {
  const told = new Map<string, string[]>();
  const names = new Map<string, string>();
  for (const { fields } of packets) {
    const event = fields.get("Event");
    const device = fields.get("Device") ?? "";
    if (event === undefined || event === "FullyBooted" || !amiEventNames.includes(event)) continue;
    if (/^(?:Queue|park):/.test(device)) continue;
    const channel = fields.get("Channel") ?? fields.get("ParkeeChannel");
    // Channels are named by the order of their appearance: in every run they have other numbers.
    for (const name of [channel, fields.get("DestChannel"), fields.get("RetrieverChannel")])
      if (name !== undefined && !names.has(name)) {
        const line = name.replace(/-[0-9a-f]+$/, "");
        names.set(name, `${line} #${[...names.keys()].filter((other) => other.startsWith(`${line}-`)).length + 1}`);
      }
    const lane = channel === undefined ? device || fields.get("Exten") || memberOf(fields) : names.get(channel);
    const detail = ["State", "Status", "Paused", "PausedReason", "Count", "Position", "BridgeType", "Cause", "Reason"];
    const details = detail.flatMap((name) => (fields.has(name) ? [`${name}=${fields.get(name)}`] : []));
    const line = `${event} ${details.join(" ")} [${[...fields].map(([name]) => name).join(" ")}]`;
    told.set(lane ?? "", [...(told.get(lane ?? "") ?? []), line]);
  }
  return told;
}

const memberOf = (fields: Packet["fields"]) => `${fields.get("Interface")} in ${fields.get("Queue")}`;

export function expectSameEvents(recording: readonly Packet[], play: readonly Packet[]): void {
  const expected = lanes(recording);
  expect(expected.size).toBeGreaterThan(0);
  expect(Object.fromEntries(lanes(play))).toEqual(Object.fromEntries(expected));
}

/** The labAgents's third queue has a Local member, which the simulated PBX has not. */
export function withoutVipQueue(packets: readonly Packet[]): readonly Packet[] {
  return packets.filter(({ fields }) => fields.get("Queue") !== "vip");
}

/** Outgoing AMI packets: headers in Asterisk's order and spelling. */

/** A packet's header lines, in order. */
export type Packet = readonly (readonly [name: string, value: string | number])[];

/** The class of an event: it stands in `Privilege`, and event masks select by it. */
export type EventClass = "system" | "call" | "agent";

/** A live event as in the traces of Asterisk 22: `Event`, `Privilege`, then its own headers. */
export function liveEvent(name: string, eventClass: EventClass, headers: Packet): Packet {
  return [["Event", name], ["Privilege", `${eventClass},all`], ...headers];
}

/** Park's message has a line feed of its own before the line's end (16.28 and 22.10). */
const parkAnswer = "Park successful\n";

/**
 * The packet as text for the wire. Line ends in values become blanks, so that a caller's name cannot forge a header.
 */
export function renderPacket(packet: Packet): string {
  const lines = packet.map(([name, value]) => `${name}: ${textOf(value)}\r\n`);
  return `${lines.join("")}\r\n`;
}

function textOf(value: string | number): string {
  return value === parkAnswer ? parkAnswer : String(value).replace(/[\r\n]/g, " ");
}

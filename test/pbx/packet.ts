/** AMI packets on their way out: headers in Asterisk's order and spelling. */

/** A packet's header lines, in order. */
export type Packet = readonly (readonly [name: string, value: string | number])[];

/** The class of an event, as its `Privilege` tells it and an event mask selects it. */
export type EventClass = "system" | "call" | "agent";

/** A live event, as the traces of Asterisk 22 show them: `Event`, `Privilege`, then its own headers. */
export function liveEvent(name: string, eventClass: EventClass, headers: Packet): Packet {
  return [["Event", name], ["Privilege", `${eventClass},all`], ...headers];
}

/** The answer to Park ends so, before its line does (16.28 and 22.10). */
const parkAnswer = "Park successful\n";

/** As bytes on the wire, still text. No value ends a line: what a caller chose as his name must not forge a header. */
export function renderPacket(packet: Packet): string {
  const lines = packet.map(([name, value]) => `${name}: ${textOf(value)}\r\n`);
  return `${lines.join("")}\r\n`;
}

function textOf(value: string | number): string {
  return value === parkAnswer ? parkAnswer : String(value).replace(/[\r\n]/g, " ");
}

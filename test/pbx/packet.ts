/** AMI packets on their way out: headers in Asterisk's order and spelling. */

/** A packet's header lines, in order. */
export type Packet = readonly (readonly [name: string, value: string | number])[];

/** The class of an event, as its `Privilege` tells it and an event mask selects it. */
export type EventClass = "system" | "call" | "agent";

/** A live event, as the traces of Asterisk 22 show them: `Event`, `Privilege`, then its own headers. */
export function liveEvent(name: string, eventClass: EventClass, headers: Packet): Packet {
  return [["Event", name], ["Privilege", `${eventClass},all`], ...headers];
}

/** As bytes on the wire, still text. No value ends a line: what a caller chose as his name must not forge a header. */
export function renderPacket(packet: Packet): string {
  const lines = packet.map(([name, value]) => `${name}: ${String(value).replace(/[\r\n]/g, " ")}\r\n`);
  return `${lines.join("")}\r\n`;
}

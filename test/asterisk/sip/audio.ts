/**
 * Audio as RTP (RFC 3550) in G.711 µ-law: packets of 20 ms to send, and what received packets hold. A phone in a test
 * does not listen; it counts packets, those that are loud, and digits (RFC 4733).
 */

/** `tone` is a square wave of 500 Hz, much louder than any noise of a codec. */
export type Sound = "silence" | "tone";

/** What a phone received in a while. `loud` of the `packets` hold a sound; `digits` in order, such as `5#1`. */
export type Hearing = Readonly<{ packets: number; loud: number; digits: string }>;

const samplesPerPacket = 160;
const headerBytes = 12;
const audioType = 0;
const eventType = 101;
const digits = "0123456789*#ABCD";

/** `number` counts the packets of one stream. */
export function audioPacket(sound: Sound, number: number, stream: number): Buffer {
  const packet = Buffer.alloc(headerBytes + samplesPerPacket, 0xff);
  packet.writeUInt16BE(0x8000, 0);
  packet.writeUInt16BE(number & 0xffff, 2);
  packet.writeUInt32BE((number * samplesPerPacket) >>> 0, 4);
  packet.writeUInt32BE(stream, 8);
  if (sound === "tone")
    for (let sample = 0; sample < samplesPerPacket; sample++)
      packet[headerBytes + sample] = Math.floor(sample / 8) % 2 === 0 ? 0x90 : 0x10;
  return packet;
}

/** Sums up the packets that a phone received. A digit's packets repeat until its end; the event's timestamp is one. */
export function hearingOf(packets: readonly Buffer[]): Hearing {
  const audio = packets.filter((packet) => payloadType(packet) === audioType);
  const heard: string[] = [];
  let last = "";
  for (const packet of packets) {
    if (payloadType(packet) !== eventType) continue;
    // Asterisk 16 may give two digits one timestamp.
    const key = packet.subarray(4, headerBytes + 1).toString("hex");
    if (key !== last) heard.push(digits[packet[headerBytes] ?? 0] ?? "?");
    last = key;
  }
  return { packets: audio.length, loud: audio.filter(isLoud).length, digits: heard.join("") };
}

function payloadType(packet: Buffer): number {
  return (packet[1] ?? 0) & 0x7f;
}

/** Half of the samples are beyond a sixteenth of the range. */
function isLoud(packet: Buffer): boolean {
  const samples = packet.subarray(headerBytes);
  return samples.filter((code) => amplitude(code) > 2000).length > samples.length / 4;
}

/** G.711 µ-law, without its sign: 0 to 32124. */
function amplitude(code: number): number {
  const inverted = ~code & 0xff;
  const exponent = (inverted >> 4) & 7;
  return ((((inverted & 15) << 3) + 132) << exponent) - 132;
}

/** From the bytes of AMI to events: how fast the connector is, what of it the libraries do at which speed, and where the limit is. */

import { readAllBytes, versions } from "../../trace/replay.ts";
import { type Bench, type BenchContext, median, type Report } from "../bench.ts";
import { type EngineName, engines } from "./engines.ts";

type Input = Readonly<{ name: string; chunks: readonly Buffer[]; bytes: number; packets: number }>;

const totalBytes = 4_000_000;
const cuts = [1_448, 16_384] as const;

/** All recordings after each other, whole packets only and without their greetings, as often as makes `bytes`. */
function readInput(filtered: boolean, bytes: number): Buffer {
  const all = versions
    .flatMap((version) => readAllBytes(version))
    .filter(({ name }) => name.includes(".filtered.") === filtered);
  const bodies = all.map(({ bytes: recording }) => {
    // A connection's greeting may come again in mid-recording, where the driver connected anew.
    const text = recording.toString("latin1").replace(/Asterisk Call Manager\/[\d.]+\r\n/g, "");
    return Buffer.from(text.slice(0, text.lastIndexOf("\r\n\r\n") + 4), "latin1");
  });
  const once = Buffer.concat(bodies);
  return Buffer.concat(Array.from({ length: Math.max(1, Math.round(bytes / once.length)) }, () => once));
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
  return chunks;
}

function countEvents(bytes: Buffer): number {
  return bytes
    .toString("latin1")
    .split("\r\n\r\n")
    .filter((packet) => /^(\r\n)*Event: /.test(packet)).length;
}

/** Seconds for the whole input. Between chunks the loop turns now and then, for some libraries tell events in the next turn. */
async function time(engine: EngineName, { chunks, packets, name }: Input): Promise<number> {
  const { push, counted } = engines[engine]();
  globalThis.gc?.();
  const began = performance.now();
  for (let index = 0; index < chunks.length; index++) {
    push(chunks[index] as Buffer);
    if (index % 64 === 63) await new Promise(setImmediate);
  }
  await new Promise(setImmediate);
  const seconds = (performance.now() - began) / 1000;
  const share = counted() / packets;
  // The scan counts answers as well, and misses the ends that are cut; a library may take an answer for an event.
  if (share < 0.9 || share > 1.2) throw new Error(`${engine} read ${counted()} of ${packets} events of ${name}`);
  return seconds;
}

async function run({ quick, log }: BenchContext): Promise<Report> {
  const names = Object.keys(engines) as EngineName[];
  const peers = names.filter((name) => name !== "pbxis-edge" && name !== "bare scan");
  const rows: (string | number)[][] = [];
  const toFastest: number[] = [];
  const toScan: number[] = [];
  for (const filtered of [false, true]) {
    const bytes = readInput(filtered, quick ? 1_000_000 : totalBytes);
    const packets = countEvents(bytes);
    for (const size of cuts) {
      const input: Input = {
        name: `${filtered ? "filtered" : "unfiltered"}, ${size} bytes a chunk`,
        chunks: cut(bytes, size),
        bytes: bytes.length,
        packets,
      };
      const seconds = new Map<EngineName, number[]>(names.map((name) => [name, []]));
      for (let round = 0; round < (quick ? 3 : 13); round++)
        for (const name of names) {
          const value = await time(name, input);
          // The first rounds are for the compiler.
          if (round > 1) seconds.get(name)?.push(value);
        }
      const of = (name: EngineName) => seconds.get(name) ?? [];
      const ratioTo = (name: EngineName) =>
        median(of(name).map((value, round) => value / (of("pbxis-edge")[round] ?? Number.NaN)));
      for (const name of names) {
        const middle = median(of(name));
        rows.push([
          input.name,
          name,
          Math.round(packets / middle / 1000),
          Math.round(bytes.length / middle / 1e6),
          name === "pbxis-edge" ? "" : `${ratioTo(name).toFixed(2)}`,
        ]);
      }
      const fastest = Math.min(...peers.map(ratioTo));
      if (!filtered) toFastest.push(fastest);
      if (!filtered) toScan.push(ratioTo("bare scan"));
      log(`${input.name}: ${fastest.toFixed(1)} × the fastest library, ${ratioTo("bare scan").toFixed(2)} of the scan`);
    }
  }
  const worst = Math.min(...toFastest);
  const scan = Math.min(...toScan);
  return {
    method: [
      "All recordings of Asterisk 16 and 22 in one stream, repeated, cut at 1,448 bytes (a TCP segment) and at 16 KB. *pbxis-edge* is the connector's whole way: framer, typed events, model, collated events. The libraries only make objects of packets. The *bare scan* only looks for the ends of packets with the runtime's own search. Unfiltered: an account that is sent everything; filtered: what the connector asks for, all of which the model uses.",
    ],
    tables: [
      { title: "Throughput", columns: ["input", "engine", "k events/s", "MB/s", "pbxis-edge is × faster"], rows },
    ],
    targets: [
      { goal: "≥ 10 × the fastest library in events/s, unfiltered", seen: `${worst.toFixed(1)} ×`, met: worst >= 10 },
      { goal: "≥ 50 % of the bare scan's MB/s, unfiltered", seen: `${(scan * 100).toFixed(0)} %`, met: scan >= 0.5 },
    ],
    findings: [
      "Recordings have short calls and many lists: nearly every second of their packets is of use to the model, while of a busy day's unfiltered packets it is about one in seven. Packets of no use cost the search for their end and a hash of their name.",
      "Won: headers are searched in the packet's text when a decoder asks for them, instead of reading all into a map (+10–20 %). What is left is spread evenly over search, decoding, model and collation; no part has more than an eighth.",
      "Half of the bare scan is out of reach where nearly every second packet means something: finding the packets' ends alone takes about a quarter of ours.",
    ],
  };
}

export const bench: Bench = { title: "AMI throughput", run };

/**
 * The simulated PBX against recorded sessions of Asterisk 22.10: the same story gives the same events, in the same order, with the
 * same headers.
 *
 * Asterisk's threads race: the order of what different channels and devices tell differs from run to run, so it is compared per channel,
 * per device and per member. Left out: the `Queue:` and `park:` devices, which the model does not look at.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { amiEventNames } from "../../connector/src/ami/event.ts";
import { Framer } from "../../connector/src/ami/framer.ts";
import type { Packet } from "../../connector/src/ami/packet.ts";
import { type Command, createPbx } from "./core.ts";
import { renderPacket } from "./packet.ts";
import { banner } from "./session.ts";
import type { AgentConfig, QueueConfig } from "./world.ts";

const agents: readonly AgentConfig[] = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1005", name: "Eve Agent" },
];

/** The laboratory's queues, with the members that were free at the time. */
function queuesWith(support: readonly string[], sales: readonly string[]): readonly QueueConfig[] {
  return [
    { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: support },
    { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: sales },
  ];
}

function cut(bytes: Buffer): readonly Packet[] {
  const framed = new Framer().push(bytes);
  return framed.flatMap((one) => (one.kind === "packet" ? [one.packet] : []));
}

/** `until`: up to and without the first packet that matches, for recordings that tell several stories. */
function recorded(name: string, until?: (packet: Packet) => boolean): readonly Packet[] {
  const file = new URL(`../trace/recorded/22/${name}.ami.gz`, import.meta.url);
  const packets = cut(gunzipSync(readFileSync(file))).filter(
    ({ fields }) => !fields.has("ActionID") || fields.get("Event") === "OriginateResponse",
  );
  const end = until ? packets.findIndex(until) : -1;
  return end < 0 ? packets : packets.slice(0, end);
}

type Step = Command | "wait" | Readonly<{ abandon: string }>;

function played(queues: readonly QueueConfig[], steps: readonly Step[]): readonly Packet[] {
  let now = 1_795_425_023_000;
  const pbx = createPbx(queues, agents, now);
  for (const step of steps) {
    now += 2000;
    if (step === "wait") {
      now += 30_000;
      pbx.tick(now);
    } else {
      const callId = [...pbx.world.calls].at(-1)?.channel.uniqueId ?? "";
      const command: Command = "abandon" in step ? { kind: "abandon", callId } : step;
      expect([command, pbx.run(command, now)]).toEqual([command, true]);
    }
  }
  return cut(Buffer.from(banner + pbx.take().map(renderPacket).join("")));
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
    const line = `${event} ${details.join(" ")} [${[...fields.keys()].join(" ")}]`;
    told.set(lane ?? "", [...(told.get(lane ?? "") ?? []), line]);
  }
  return told;
}

const memberOf = (fields: Packet["fields"]) => `${fields.get("Interface")} in ${fields.get("Queue")}`;

function expectSame(recording: readonly Packet[], play: readonly Packet[]): void {
  const expected = lanes(recording);
  expect(expected.size).toBeGreaterThan(0);
  expect(Object.fromEntries(lanes(play))).toEqual(Object.fromEntries(expected));
}

const call = (queue: string): Command => ({ kind: "call", queue, number: "+14155550100", name: "Alice Caller" });
const answer = (agent: string): Command => ({ kind: "answer", agent });
const isVip = ({ fields }: Packet) => fields.get("Queue") === "vip";
const withoutVip = (packets: readonly Packet[]) => packets.filter((packet) => !isVip(packet));

describe("the same story gives the same events as Asterisk 22", () => {
  it("a queue call is answered, the caller hangs up (a_answer_caller_hangs)", () => {
    const story = [call("support"), answer("1001"), { abandon: "caller" }];
    expectSame(recorded("a_answer_caller_hangs"), played(queuesWith(["1001"], []), story));
  });

  it("a caller gives up (c_abandon)", () => {
    expectSame(
      recorded("c_abandon"),
      played(queuesWith(["1002", "1001"], []), [call("support"), { abandon: "caller" }]),
    );
  });

  it("of two phones one answers, and hangs up (l_ringall)", () => {
    const story = [call("support"), answer("1002"), { kind: "hangup", agent: "1002" } as const];
    expectSame(recorded("l_ringall"), played(queuesWith(["1002", "1001"], []), story));
  });

  it("an agent holds and takes back (j_hold)", () => {
    const hold = { kind: "hold", agent: "1003" } as const;
    const story = [
      call("sales"),
      answer("1003"),
      hold,
      { kind: "unhold", agent: "1003" } as const,
      hold,
      { abandon: "caller" },
    ];
    expectSame(recorded("j_hold"), played(queuesWith([], ["1003"]), story));
  });

  it("a caller is transferred (h_redirect)", () => {
    const redirect = { kind: "redirect", agent: "1003", to: "1005" } as const;
    const story = [call("sales"), answer("1003"), redirect, answer("1005"), { abandon: "caller" }];
    expectSame(withoutVip(recorded("h_redirect")), played(queuesWith([], ["1003"]), story));
  });

  it("an agent is rung and then another (g_originate, its first call)", () => {
    const originate = { kind: "originate", agent: "1001", to: "1002" } as const;
    const callerId = { number: "1002", name: "Click To Call" };
    const story = [
      { ...originate, callerId },
      answer("1001"),
      answer("1002"),
      { kind: "hangup", agent: "1001" } as const,
    ];
    const recording = recorded("g_originate");
    const second = recording.findIndex(({ fields }) => fields.get("Channel")?.endsWith("1c") && fields.has("Event"));
    expectSame(withoutVip(recording.slice(0, second)), played(queuesWith(["1001", "1002"], []), story));
  });

  it("a parked caller hangs up (i_park, its third call)", () => {
    const story = [call("sales"), answer("1003"), { kind: "park", agent: "1003" } as const, { abandon: "caller" }];
    const recording = withoutVip(recorded("i_park"));
    const comesIn = ({ fields }: Packet) => fields.get("Device") === "PJSIP/trunk" && fields.get("State") === "INUSE";
    expectSame(recording.slice(recording.findLastIndex(comesIn)), played(queuesWith([], ["1003"]), story));
  });

  it("an agent calls another, and the queue rings a third (t_direct_calls, until the call to the outside)", () => {
    const direct = { kind: "direct", agent: "1001", to: "1005" } as const;
    const story = [direct, answer("1005"), call("support"), answer("1002"), { abandon: "caller" }];
    const isOutside = ({ fields }: Packet) =>
      fields.get("ConnectedLineNum") === "914155557777" || fields.get("CallerIDNum") === "914155557777";
    const recording = withoutVip(recorded("t_direct_calls", isOutside));
    expectSame(recording, played(queuesWith(["1002", "1001"], []), [...story, { kind: "hangup", agent: "1001" }]));
  });

  it("an agent pauses and comes back (e_pause)", () => {
    const pause = (queue: string | null, reason: string) => ({ kind: "pause", agent: "1001", queue, reason }) as const;
    const unpause = (queue: string | null) => ({ kind: "unpause", agent: "1001", queue }) as const;
    const story = [
      pause("support", "Lunch break"),
      pause("support", "Meeting: weekly"),
      unpause("support"),
      { kind: "add", agent: "1001", queue: "sales", penalty: 2 } as const,
      pause(null, "Training"),
      unpause(null),
      { kind: "remove", agent: "1001", queue: "sales" } as const,
    ];
    expectSame(recorded("e_pause"), played(queuesWith(["1001"], []), story));
  });
});

/**
 * EV20, CM7: who waits, in which order, and what commands do with them. The queue `keys` has no members; 5020 enters it
 * with a priority of 5.
 */
import { until } from "../../harness/wait.ts";
import type { Observer } from "../observer.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, fieldOf, originateFailed } from "./expect-command.ts";
import { answer, completed, connectQueueCall, device, type Scenario } from "./scenario.ts";

const anna = { number: "+14155550101", name: "Anna" };
const bert = { number: "+14155550102", name: "Bert" };
const vera = { number: "+14155550103", name: "Vera" };
const dora = { number: "+14155550104", name: "Dora" };
type Who = typeof anna;

/** A caller who waits in `keys`, with the Uniqueid. */
async function joins(bed: TestBed, who: Who, exten = "5007"): Promise<{ leg: Call; uniqueId: string }> {
  const joined = bed.ami().event(`${who.name} joins`, ({ Event }) => Event === "QueueCallerJoin");
  const leg = bed.carrier.call(exten, who);
  const { Uniqueid = "" } = await joined;
  return { leg, uniqueId: Uniqueid };
}

/** Waits until the snapshot of every chain has these callers, in this order, and so has Asterisk's own list. */
async function expectLine(bed: TestBed, ...line: readonly Who[]): Promise<void> {
  await expectLineFor(bed, bed.observers, ...line);
}

async function expectLineFor(bed: TestBed, observers: readonly Observer[], ...line: readonly Who[]): Promise<void> {
  const wanted = line.map(({ number }) => number);
  for (const { account, state } of observers) {
    let seen: readonly (string | null)[] = [];
    const read = async () => {
      const { events } = await state("callers=1");
      const found = events.find((event) => event.type === "queueCallers" && event.queue === "keys");
      seen = found?.type === "queueCallers" ? found.callers.map(({ number }) => number) : [];
      return seen.join(" ") === wanted.join(" ");
    };
    for (let tries = 0; !(await read()); tries++) {
      if (tries >= 30) throw new Error(`the callers for ${account} are ${seen}, not ${wanted}`);
      await bed.pause(200);
    }
  }
  const entries = await bed.ami().list("QueueStatus", { Queue: "keys" });
  const asterisk = entries.filter(({ Event }) => Event === "QueueEntry").map(({ CallerIDNum }) => CallerIDNum);
  expectThat(`Asterisk's order ${asterisk} is ${wanted}`, asterisk.join(" ") === wanted.join(" "));
}

/** Waits until the snapshot of every chain has these callers in the queue, by number, with the agents rung for each. */
async function expectRinging(bed: TestBed, queue: string, wanted: Readonly<Record<string, string[]>>): Promise<void> {
  for (const { account, state } of bed.observers) {
    let seen = "";
    const isAsWanted = async () => {
      const { events } = await state("callers=1");
      const found = events.find((event) => event.type === "queueCallers" && event.queue === queue);
      const shown = found?.type === "queueCallers" ? found.callers : [];
      seen = JSON.stringify(Object.fromEntries(shown.map(({ number, ringing }) => [number, ringing])));
      return seen === JSON.stringify(wanted);
    };
    await until(`callers and rings for ${account}`, isAsWanted, { evidence: () => seen });
  }
}

const keys = { queue: "keys" } as const;

export const callers: readonly Scenario[] = [
  {
    name: "EV20 CM7 callers in order of priority and of joining, and each command on one of them",
    run: async (bed) => {
      const a = await joins(bed, anna);
      const b = await joins(bed, bert);
      const v = await joins(bed, vera, "5020");
      const d = await joins(bed, dora);
      await expectLine(bed, vera, anna, bert, dora);
      await b.leg.hangup();
      await expectLine(bed, vera, anna, dora);
      const first = { type: "prioritizeCaller", ...keys, uniqueId: d.uniqueId, priority: 9 };
      const moves = bed.lab.place.version === "22";
      await expectCommand(
        bed,
        first,
        moves ? done({ position: 1 }) : failed(502, "asterisk_refused", /needs Asterisk/),
      );
      // Asterisk sends no event of it: other connectors find out by a list, or when the caller leaves.
      const carriers = bed.observers.filter(({ account }) => account === "least");
      await expectLineFor(bed, carriers, ...(moves ? [dora, vera, anna] : [vera, anna, dora]));
      await expectCommand(bed, { ...first, uniqueId: b.uniqueId }, failed(404, "not_found"));
      for (const { killConnector, startConnector, client, account } of bed.observers) {
        await killConnector();
        startConnector();
        await until(`the end of ${account}'s uplink`, () => client.record.link !== "up");
        await until(`the link of ${account}`, () => client.record.link === "up");
      }
      await bed.expectStates("after the connectors' restart");
      await expectLine(bed, ...(moves ? [dora, vera, anna] : [vera, anna, dora]));
      const missing = { type: "moveCaller", ...keys, uniqueId: a.uniqueId, to: "4242" };
      await expectCommand(bed, missing, failed(502, "asterisk_refused", /no extension 4242/));
      await expectCommand(bed, { ...missing, to: "5009" }, done({ channel: /^PJSIP\/trunk-/ }));
      await expectLine(bed, ...(moves ? [dora, vera] : [vera, dora]));
      await expectCommand(bed, { type: "hangupCaller", ...keys, uniqueId: v.uniqueId }, done());
      await expectLine(bed, dora);
      const pick = { type: "pickCaller", ...keys, uniqueId: d.uniqueId, agent: "1005" };
      await expectCommand(bed, pick, done({ actionId: /^pbxis-/ }));
      const ring = await bed.phone("1005").rings();
      expectThat(`the phone shows ${ring.peer.number}`, ring.peer.number === dora.number);
      await expectLine(bed, dora);
      await answer(bed, "1005", 100);
      await bed.expectStates("picked", { shows: { "1005": { ...dora } } });
      await expectLine(bed);
      await bed.pause(300);
      await bed.carrier.hangupAll();
      await bed.expectStates("after the hang-up");
      return {
        counts: { keys: [1, 2, 3, 4, 3, 2, 1, 0] },
        numbers: { "1005": [dora.number, null] },
        devices: { "1005": device.answers },
        waitEnds: { keys: ["moved", "abandoned", "hungUp", "picked 1005"] },
      };
    },
  },
  {
    name: "CM7 a caller whom an agent is to pick waits on if the phone declines, and the phone stops if the caller goes",
    run: async (bed) => {
      const a = await joins(bed, anna);
      const pick = { type: "pickCaller", ...keys, uniqueId: a.uniqueId, agent: "1005" };
      bed.phone("1005").reject(603);
      const { result } = await expectCommand(bed, pick, done());
      await bed.pause(500);
      bed.phone("1005").reject(undefined);
      await expectLine(bed, anna);
      await expectCommand(bed, pick, done());
      const ring = await bed.phone("1005").rings();
      await a.leg.hangup();
      await until("the phone stops", () => ring.state() === "ended");
      await expectLine(bed);
      await expectCommand(bed, pick, failed(404, "not_found"));
      await bed.expectStates("nobody waits");
      const reason = (id: unknown, how: string) => originateFailed(fieldOf(id, "actionId"), how);
      return {
        counts: { keys: [1, 0] },
        devicesMayBe: ["1005"],
        anyOccurrences: true,
        occurrences: [reason(result, "declined")],
        waitEnds: { keys: ["abandoned"] },
      };
    },
  },
  {
    name: "EV17 EV20 CM7 a Local member rings for a caller whom another agent picks",
    run: async (bed) => {
      await connectQueueCall(bed, "vip", anna, "1005");
      const b = await joins(bed, bert, "5003");
      // Asterisk rings, and stops and rings again, until somebody answers.
      await expectRinging(bed, "vip", { [bert.number]: ["1006"] });
      await expectCommand(bed, { type: "pickCaller", queue: "vip", uniqueId: b.uniqueId, agent: "1002" }, done());
      await answer(bed, "1002", 100);
      const both = { shows: { "1002": { ...bert }, "1005": { ...anna, queue: "vip" } } };
      await bed.expectStates("the second caller picked", both);
      await expectRinging(bed, "vip", {});
      await bed.pause(1000);
      await bed.carrier.hangupAll();
      await bed.expectStates("after the hang-up");
      return {
        counts: { vip: [1, 0, 1, 0] },
        numbers: { "1002": [bert.number, null], "1005": [anna.number, null], "1006": /^(\+14155550102 null ?)+$/ },
        devicesMayBe: ["1002", "1005", "1006"],
        occurrences: [completed("1005", "vip", {})],
        waitEnds: { vip: ["answered 1005", "picked 1002"] },
      };
    },
  },
];

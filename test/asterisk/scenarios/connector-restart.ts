/**
 * Waits, rings and talks that go on while a connector is replaced by one that knows only Asterisk's lists: each time that
 * is published of them is the truth by the phones, or null.
 */
import type { TestBed } from "../test-bed.ts";
import { restartConnectors } from "./interruption.ts";
import { answer, answeredQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const tess = { number: "+14155550177", name: "Tess" };

/** Lets phones ring for as long as connectors take to start. */
async function ringLonger(bed: TestBed): Promise<void> {
  await bed.lab.edit("queues.conf", (text) => text.replace(/^timeout = \d+$/gm, "timeout = 12"));
  await bed.ami().command("module reload app_queue.so");
}

export const connectorRestarts: readonly Scenario[] = [
  {
    name: "EV16 EV17 EV23 a connector starts while a phone rings",
    run: async (bed) => {
      await ringLonger(bed);
      bed.carrier.call("5005", tess);
      const unanswered = await bed.phone("1007").rings();
      await bed.pause(2500);
      await restartConnectors(bed);
      await unanswered.until("ended");
      const agentLeg = await answer(bed, "1007", 700);
      const answeredAt = Date.now();
      await bed.expectStates("talking", { shows: { "1007": { ...tess, queue: "load" } } });
      await bed.pause(2500);
      const talk = Date.now() - answeredAt;
      await hangUp(bed, agentLeg);
      return {
        numbers: { "1007": [tess.number, null, tess.number, null] },
        counts: { load: [1, 0] },
        devices: { "1007": ["ringing", "not_inuse", ...device.answers] },
        anyOccurrences: true,
        talks: [{ agent: "1007", queue: "load", reason: "agent", talk, hold: 0 }],
      };
    },
  },
  {
    name: "EV23 a connector starts during a talk of a queue and another one without a queue",
    run: async (bed) => {
      await ringLonger(bed);
      const call = bed.phone("1001").call("1005");
      await bed.pause(2500);
      await answer(bed, "1005");
      bed.carrier.call("5002", tess);
      await bed.phone("1003").rings();
      await bed.pause(3000);
      await answer(bed, "1003", 0);
      const answeredAt = Date.now();
      await bed.pause(1500);
      await restartConnectors(bed);
      const shows = {
        "1001": { number: "1005", queue: null },
        "1005": { number: "1001", name: "Ann Agent", queue: null },
        "1003": { ...tess, queue: "sales" },
      };
      await bed.expectStates("all still talk", { shows });
      await bed.pause(1000);
      const talk = Date.now() - answeredAt;
      await bed.carrier.hangup();
      await hangUp(bed, call);
      return {
        ...answeredQueueCall("sales", "1003", tess, {}),
        numbers: { "1001": ["1005", null], "1005": ["1001", null], "1003": [tess.number, null] },
        devices: { "1001": device.calls, "1005": device.answers, "1003": device.answers },
        talks: [
          { agent: "1001", queue: null, reason: "agent", talk: null },
          { agent: "1005", queue: null, reason: "caller", talk: null },
          { agent: "1003", queue: "sales", reason: "caller", talk, hold: null },
        ],
      };
    },
  },
];

/** EV3 wrap-up: Asterisk does not ring a member before the time is over, and clients know until when. */
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";
import { completed, connectQueueCall, device, hangUp, pauseMember, type Scenario } from "./scenario.ts";

const wilma = { number: "+14155550147", name: "Wilma" };
const wrapUpMs = 3000;
/** Asterisk counts it in whole seconds, from the second in which the call ended. */
const secondMs = 1000;

/** What the list of members says of 1003, once app_queue has read its file again. */
async function reload(bed: TestBed, change: (text: string) => string): Promise<string> {
  await bed.lab.edit("queues.conf", change);
  await bed.ami().command("module reload app_queue.so");
  const items = await bed.ami().list("QueueStatus", { Queue: "sales" });
  return items.find(({ Location }) => Location === "PJSIP/1003")?.Wrapuptime ?? "none";
}

function wrapUpsIn(bed: TestBed): (number | null)[][] {
  return bed.observers.map(({ client }) =>
    client.record.events.flatMap((event) =>
      event.type === "queueMemberStatus" && event.agent === "1003" && event.queue === "sales"
        ? [event.wrapUpUntil]
        : [],
    ),
  );
}

export const wrapUp: readonly Scenario[] = [
  {
    name: "EV3 a member wraps up after a call, and the next caller waits as long",
    run: async (bed) => {
      const ofQueue = await reload(bed, (text) => text.replace(/(\[sales\][^[]*wrapuptime = )0/, "$13"));
      expectThat(`the queue's wrapuptime is not the member's: ${ofQueue}`, ofQueue === "0");
      const ofMember = await reload(bed, (text) =>
        text.replace("PJSIP/1003,0,Cid Agent", "PJSIP/1003,0,Cid Agent,,,3"),
      );
      expectThat(`the list has the member's own wrapuptime: ${ofMember}`, ofMember === "3");
      await pauseMember(bed, "sales", "1004");
      const { callerLeg } = await connectQueueCall(bed, "sales", wilma, "1003");
      await callerLeg.hangup();
      const ended = Date.now();
      const next = bed.carrier.call("5002", wilma);
      const ring = await bed.phone("1003").rings();
      const waited = Date.now() - ended;
      expectThat(`the next caller waited for ${waited} ms`, waited >= wrapUpMs - secondMs);
      for (const [index, untils] of wrapUpsIn(bed).entries()) {
        const until = untils.find((one) => one !== null && Math.abs(one - ended - wrapUpMs) < secondMs);
        expectThat(`${bed.observers[index]?.account}: wrapUpUntil was ${untils}`, until !== undefined);
      }
      const shown = { shows: { "1003": { ...wilma, queue: "sales" } } };
      await bed.expectStates("the next caller ringing", shown);
      await ring.answer();
      await bed.expectStates("the next caller talking", shown);
      await hangUp(bed, next);
      return {
        numbers: { "1003": [wilma.number, null, wilma.number, null] },
        counts: { sales: [1, 0, 1, 0] },
        devices: { "1003": [...device.answers, ...device.answers] },
        members: { "1004@sales": ["paused"] },
        occurrences: [completed("1003", "sales", { holdTime: 1 }), completed("1003", "sales", { reason: "caller" })],
      };
    },
  },
];

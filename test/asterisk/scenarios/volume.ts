/** Many short calls in a row, to find races that occur only in a few of them. */
import { completed, type Scenario } from "./scenario.ts";

const calls = 40;

export const volume: readonly Scenario[] = [
  {
    name: "EV6 each of forty short calls is completed exactly once",
    run: async (bed) => {
      const uniqueIds: string[] = [];
      bed.ami().onEvent((packet) => {
        if (packet.Event === "QueueCallerJoin" && packet.Queue === "load") uniqueIds.push(packet.Uniqueid ?? "");
      });
      const agent = bed.phone("1007");
      for (let index = 0; index < calls; index++) {
        const callerLeg = bed.carrier.call("5006", { number: `+1415555${1000 + index}`, name: "Short" });
        const agentLeg = await agent.answer();
        await callerLeg.until("up");
        await callerLeg.hangup();
        await agentLeg.until("ended");
      }
      await bed.expectStates("after the calls");
      if (uniqueIds.length !== calls) throw new Error(`${uniqueIds.length} callers joined instead of ${calls}`);
      return {
        // Each call lasts milliseconds, so only some of the numbers and counts are received.
        numbers: { "1007": /^((\+1415555\d+|null) ?)* null$/ },
        counts: { load: /^((1|0) )*0$/ },
        devices: { "1007": ["not_inuse"] },
        occurrences: uniqueIds.map((uniqueId) =>
          completed("1007", "load", { uniqueId, holdTime: 0, talkTime: 0, reason: "caller" }),
        ),
      };
    },
  },
];

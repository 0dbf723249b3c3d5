/** CM4 and CM5 by a client's commands, on a real Asterisk: on one queue and on all. */
import { expectCommand } from "./expect-command.ts";
import type { Scenario } from "./scenario.ts";

const done = (...queues: string[]) => ({ http: 200, status: "done", result: { queues } });
const failed = (http: number, code: string) => ({ http, status: "failed", error: { code } });
const nobody = { queue: "sales", agent: "1006" };

export const queueCommands: readonly Scenario[] = [
  {
    name: "CM4 log on with name, penalty and a pause; log off",
    run: async (bed) => {
      const add = { type: "queueAdd", queue: "sales", agent: "1005", name: "Eve, “E” Agent", penalty: 3 };
      await expectCommand(bed, { ...add, paused: true, reason: "Lunch: 12–1" }, done("sales"));
      await bed.expectStates("logged on, paused with the reason");
      await expectCommand(bed, add, failed(502, "asterisk_refused"));
      await expectCommand(bed, { type: "queuePause", queue: "sales", agent: "1005", paused: false }, done("sales"));
      await bed.expectStates("unpaused");
      await expectCommand(bed, { type: "queuePenalty", queue: "sales", agent: "1005", penalty: 5 }, done("sales"));
      await bed.expectStates("another penalty");
      await expectCommand(bed, { type: "queueRemove", queue: "sales", agent: "1005" }, done("sales"));
      await bed.expectStates("logged off");
      return { members: { "1005@sales": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "CM4 pause, penalty and log-off in all queues of an agent",
    run: async (bed) => {
      for (const queue of ["support", "sales"])
        await expectCommand(bed, { type: "queueAdd", queue, agent: "1005", name: "Eve Agent" }, done(queue));
      await bed.expectStates("in two queues");
      await expectCommand(
        bed,
        { type: "queuePause", agent: "1005", reason: "Training" },
        { http: 200, status: "done" },
      );
      await bed.expectStates("paused in all");
      await expectCommand(bed, { type: "queuePenalty", agent: "1005", penalty: 2 }, { http: 200, status: "done" });
      await bed.expectStates("another penalty in all");
      await expectCommand(bed, { type: "queuePenalty", queue: "vip", agent: "1005", penalty: 0 }, done("vip"));
      await expectCommand(bed, { type: "queuePause", agent: "1005", paused: false }, { http: 200, status: "done" });
      await bed.expectStates("back in all");
      for (const queue of ["support", "sales"])
        await expectCommand(bed, { type: "queueRemove", queue, agent: "1005" }, done(queue));
      await bed.expectStates("gone");
      const expected = ["not_inuse", "paused", "not_inuse", "loggedoff"];
      const asBefore = ["paused", "not_inuse"];
      return { members: { "1005@support": expected, "1005@sales": expected, "1005@vip": asBefore } };
    },
  },
  {
    name: "CM4, CM5 what cannot be done is told as such",
    run: async (bed) => {
      for (const type of ["queueRemove", "queuePause", "queuePenalty"])
        await expectCommand(
          bed,
          { type, ...nobody, ...(type === "queuePenalty" && { penalty: 1 }) },
          failed(404, "not_found"),
        );
      await expectCommand(bed, { type: "queueAdd", queue: "nowhere", agent: "1005" }, failed(404, "not_found"));
      await expectCommand(bed, { type: "queueReset", queue: "nowhere" }, failed(404, "not_found"));
      await expectCommand(
        bed,
        { type: "queueRemove", queue: "support", agent: "1001" },
        failed(502, "asterisk_refused"),
      );
      await bed.expectStates("nothing happened");
      return {};
    },
  },
  {
    name: "CM5 reset of one queue's statistics, and of all",
    run: async (bed) => {
      await expectCommand(bed, { type: "queueReset", queue: "support" }, done("support"));
      await expectCommand(bed, { type: "queueReset" }, { http: 200, status: "done" });
      await bed.expectStates("afterwards");
      return {};
    },
  },
];

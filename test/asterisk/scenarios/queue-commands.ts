/** CM4 and CM5: a client's commands on queue members and statistics, in one queue and in all. */
import { done as doneWith, expectCommand, failed } from "./expect-command.ts";
import type { Scenario } from "./scenario.ts";

const done = (...queues: string[]) => doneWith({ queues });
const anyDone = { http: 200, status: "done" };
/** An agent who is not a member of the queue. */
const stranger = { queue: "sales", agent: "1006" };

export const queueCommands: readonly Scenario[] = [
  {
    name: "CM4 an agent is logged on with name, penalty and pause, and logged off",
    run: async (bed) => {
      const member = { queue: "sales", agent: "1005" };
      const add = { type: "queueAdd", ...member, name: "Eve, “E” Agent", penalty: 3 };
      await expectCommand(bed, { ...add, paused: true, reason: "Lunch: 12–1" }, done("sales"));
      await bed.expectStates("logged on and paused with the reason");
      await expectCommand(bed, add, failed(502, "asterisk_refused"));
      await expectCommand(bed, { type: "queuePause", ...member, paused: false }, done("sales"));
      await bed.expectStates("unpaused");
      await expectCommand(bed, { type: "queuePenalty", ...member, penalty: 5 }, done("sales"));
      await bed.expectStates("penalty changed");
      await expectCommand(bed, { type: "queueRemove", ...member }, done("sales"));
      await bed.expectStates("logged off");
      return { members: { "1005@sales": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "CM4 pause and penalty without a queue apply to all queues of the agent",
    run: async (bed) => {
      for (const queue of ["support", "sales"])
        await expectCommand(bed, { type: "queueAdd", queue, agent: "1005", name: "Eve Agent" }, done(queue));
      await bed.expectStates("in two more queues");
      await expectCommand(bed, { type: "queuePause", agent: "1005", reason: "Training" }, anyDone);
      await bed.expectStates("paused in all");
      await expectCommand(bed, { type: "queuePenalty", agent: "1005", penalty: 2 }, anyDone);
      await bed.expectStates("penalty changed in all");
      await expectCommand(bed, { type: "queuePenalty", queue: "vip", agent: "1005", penalty: 0 }, done("vip"));
      await expectCommand(bed, { type: "queuePause", agent: "1005", paused: false }, anyDone);
      await bed.expectStates("unpaused in all");
      for (const queue of ["support", "sales"])
        await expectCommand(bed, { type: "queueRemove", queue, agent: "1005" }, done(queue));
      await bed.expectStates("logged off");
      const added = ["not_inuse", "paused", "not_inuse", "loggedoff"];
      const staticMember = ["paused", "not_inuse"];
      return { members: { "1005@support": added, "1005@sales": added, "1005@vip": staticMember } };
    },
  },
  {
    name: "CM4 CM5 commands on unknown members and queues, and on static members, fail",
    run: async (bed) => {
      for (const type of ["queueRemove", "queuePause", "queuePenalty"]) {
        const command = { type, ...stranger, ...(type === "queuePenalty" && { penalty: 1 }) };
        await expectCommand(bed, command, failed(404, "not_found"));
      }
      await expectCommand(bed, { type: "queueAdd", queue: "nowhere", agent: "1005" }, failed(404, "not_found"));
      await expectCommand(bed, { type: "queueReset", queue: "nowhere" }, failed(404, "not_found"));
      const staticMember = { type: "queueRemove", queue: "support", agent: "1001" };
      await expectCommand(bed, staticMember, failed(502, "asterisk_refused"));
      await bed.expectStates("nothing changed");
      return {};
    },
  },
  {
    name: "CM5 the statistics of one queue and of all queues are reset",
    run: async (bed) => {
      await expectCommand(bed, { type: "queueReset", queue: "support" }, done("support"));
      await expectCommand(bed, { type: "queueReset" }, anyDone);
      await bed.expectStates("after the resets");
      return {};
    },
  },
];

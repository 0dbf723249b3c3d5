/** CM4 and CM5 by a client's commands, on a real Asterisk: on one queue and on all. */
import { commanded } from "./commanding.ts";
import type { Scenario } from "./scenario.ts";

const done = (...queues: string[]) => ({ http: 200, status: "done", result: { queues } });
const failed = (http: number, code: string) => ({ http, status: "failed", error: { code } });
const nobody = { queue: "sales", agent: "1006" };

export const queueCommands: readonly Scenario[] = [
  {
    name: "CM4 log on with name, penalty and a pause; log off",
    play: async (stage) => {
      const add = { type: "queueAdd", queue: "sales", agent: "1005", name: "Eve, “E” Agent", penalty: 3 };
      await commanded(stage, { ...add, paused: true, reason: "Lunch: 12–1" }, done("sales"));
      await stage.settled("logged on, paused with the reason");
      await commanded(stage, add, failed(502, "asterisk_refused"));
      await commanded(stage, { type: "queuePause", queue: "sales", agent: "1005", paused: false }, done("sales"));
      await stage.settled("unpaused");
      await commanded(stage, { type: "queuePenalty", queue: "sales", agent: "1005", penalty: 5 }, done("sales"));
      await stage.settled("another penalty");
      await commanded(stage, { type: "queueRemove", queue: "sales", agent: "1005" }, done("sales"));
      await stage.settled("logged off");
      return { members: { "1005@sales": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "CM4 pause, penalty and log-off in all queues of an agent",
    play: async (stage) => {
      for (const queue of ["support", "sales"])
        await commanded(stage, { type: "queueAdd", queue, agent: "1005", name: "Eve Agent" }, done(queue));
      await stage.settled("in two queues");
      await commanded(stage, { type: "queuePause", agent: "1005", reason: "Training" }, { http: 200, status: "done" });
      await stage.settled("paused in all");
      await commanded(stage, { type: "queuePenalty", agent: "1005", penalty: 2 }, { http: 200, status: "done" });
      await stage.settled("another penalty in all");
      await commanded(stage, { type: "queuePenalty", queue: "vip", agent: "1005", penalty: 0 }, done("vip"));
      await commanded(stage, { type: "queuePause", agent: "1005", paused: false }, { http: 200, status: "done" });
      await stage.settled("back in all");
      for (const queue of ["support", "sales"])
        await commanded(stage, { type: "queueRemove", queue, agent: "1005" }, done(queue));
      await stage.settled("gone");
      const story = ["not_inuse", "paused", "not_inuse", "loggedoff"];
      const asBefore = ["paused", "not_inuse"];
      return { members: { "1005@support": story, "1005@sales": story, "1005@vip": asBefore } };
    },
  },
  {
    name: "CM4, CM5 what cannot be done is told as such",
    play: async (stage) => {
      for (const type of ["queueRemove", "queuePause", "queuePenalty"])
        await commanded(
          stage,
          { type, ...nobody, ...(type === "queuePenalty" && { penalty: 1 }) },
          failed(404, "not_found"),
        );
      await commanded(stage, { type: "queueAdd", queue: "nowhere", agent: "1005" }, failed(404, "not_found"));
      await commanded(stage, { type: "queueReset", queue: "nowhere" }, failed(404, "not_found"));
      await commanded(stage, { type: "queueRemove", queue: "support", agent: "1001" }, failed(502, "asterisk_refused"));
      await stage.settled("nothing happened");
      return {};
    },
  },
  {
    name: "CM5 reset of one queue's statistics, and of all",
    play: async (stage) => {
      await commanded(stage, { type: "queueReset", queue: "support" }, done("support"));
      await commanded(stage, { type: "queueReset" }, { http: 200, status: "done" });
      await stage.settled("afterwards");
      return {};
    },
  },
];

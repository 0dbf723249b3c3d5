/** CM15: the rights of the AMI account decide which commands the connector carries out. */
import { until } from "../../harness/wait.ts";
import type { Observer } from "../observer.ts";
import type { TestBed } from "../test-bed.ts";
import { expectCommand } from "./expect-command.ts";
import type { Scenario } from "./scenario.ts";

const surplusWarning = /the account has rights that the connector does not need/;
const allRights = "write = reporting,call,agent,originate";

/**
 * Gives the least-rights account other rights. Its connector must log in again: a session keeps the rights it started
 * with.
 */
async function withRights(bed: TestBed, least: Observer, write: string): Promise<void> {
  await bed.lab.edit("manager.conf", (text) => text.replace(/^write = reporting.*$/m, write));
  await bed.ami().command("manager reload");
  least.link.cut("accept");
  await untilLink(least, "down");
  await untilLink(least, "up");
}

async function untilLink({ client }: Observer, link: "up" | "down"): Promise<void> {
  await until(`the link to be ${link}`, () => client.record.link === link);
}

const commands = {
  originate: { type: "originate", agent: "1001", to: "1005" },
  queueAdd: { type: "queueAdd", queue: "sales", agent: "1005" },
  hangup: { type: "hangup", channel: "PJSIP/1001-ffffffff" },
} as const;

export const rights: readonly Scenario[] = [
  {
    name: "CM15 commands that the account does not permit are refused, and surplus rights are a warning",
    run: async (bed) => {
      const least = bed.observers.find(({ account }) => account === "least");
      if (!least) return {};
      for (const { account, log } of bed.observers)
        if (account !== "mask" && surplusWarning.test(log()) !== (account === "full"))
          throw new Error(`a warning about surplus rights for ${account}? ${log()}`);
      const refused = (type: keyof typeof commands, message: RegExp) =>
        expectCommand(bed, commands[type], { http: 502, error: { code: "not_permitted", message } });
      await withRights(bed, least, "write = reporting");
      await refused("originate", /write=originate/);
      await refused("queueAdd", /write=agent/);
      await refused("hangup", /write=.*call/);
      await withRights(bed, least, "write = reporting,agent");
      await refused("originate", /write=originate/);
      await expectCommand(bed, { ...commands.queueAdd, name: "Eve Agent" }, { http: 200, status: "done" });
      await bed.expectStates("logged on");
      await withRights(bed, least, allRights);
      await bed.expectStates("all rights restored");
      return { members: { "1005@sales": ["not_inuse"] } };
    },
  },
];

/** What the AMI account may do decides what the connector does (CM15). */
import { until } from "../../harness/wait.ts";
import type { Observer } from "../observer.ts";
import type { TestBed } from "../test-bed.ts";
import { expectCommand } from "./expect-command.ts";
import type { Scenario } from "./scenario.ts";

const surplus = /the account may do more/;
const allRights = "write = reporting,call,agent,originate";

/**
 * Gives the least-rights account other rights and has its connector log in anew, for a session keeps those that it
 * began with.
 */
async function withRights(bed: TestBed, least: Observer, write: string): Promise<void> {
  await bed.lab.edit("manager.conf", (text) => text.replace(/^write = reporting.*$/m, write));
  await bed.ami().command("manager reload");
  least.link.cut("accept");
  await linked(least, "down");
  await linked(least, "up");
}

async function linked({ client }: Observer, link: "up" | "down"): Promise<void> {
  await until(`the link to be ${link}`, () => client.record.link === link, { timeoutMs: 20_000 });
}

export const rights: readonly Scenario[] = [
  {
    name: "CM15 commands that the account may not are refused, the others done; surplus rights are a warning",
    run: async (bed) => {
      const least = bed.observers.find(({ account }) => account === "least");
      if (!least) return {};
      for (const observer of bed.observers)
        if (observer.account !== "mask" && surplus.test(observer.log()) !== (observer.account === "full"))
          throw new Error(`a warning about surplus rights for ${observer.account}? ${observer.log()}`);
      const commands = [
        { type: "originate", agent: "1001", to: "1005" },
        { type: "queueAdd", queue: "sales", agent: "1005" },
        { type: "hangup", channel: "PJSIP/1001-ffffffff" },
      ] as const;
      const refused = (type: string, right: RegExp) => {
        const command = commands.find((one) => one.type === type) ?? {};
        return expectCommand(bed, command, { http: 502, error: { code: "not_permitted", message: right } });
      };
      await withRights(bed, least, "write = reporting");
      await refused("originate", /write=originate/);
      await refused("queueAdd", /write=agent/);
      await refused("hangup", /write=.*call/);
      await withRights(bed, least, "write = reporting,agent");
      await refused("originate", /write=originate/);
      const add = { type: "queueAdd", queue: "sales", agent: "1005", name: "Eve Agent" };
      await expectCommand(bed, add, { http: 200, status: "done" });
      await bed.expectStates("logged on");
      await withRights(bed, least, allRights);
      await bed.expectStates("as before", {});
      return { members: { "1005@sales": ["not_inuse"] } };
    },
  },
];

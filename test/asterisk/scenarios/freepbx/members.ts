/**
 * Members in every style: phones without a hint, do not disturb, log-off and log-on, and what the pattern leaves out.
 */
import { SiteStatus } from "@pbxis/shared";
import { until } from "../../../harness/wait.ts";
import { freepbx } from "../../installation.ts";
import type { TestBed } from "../../test-bed.ts";
import { done, expectCommand, expectThat, fieldOf } from "../expect-command.ts";
import { restartConnectors } from "../interruption.ts";
import { expectMembership } from "../membership.ts";
import { amiAction, answer, hangUp, type Scenario } from "../scenario.ts";
import { completed, olga, rang } from "./steps.ts";

/** An audit compares the model with the lists; there must be no difference to correct. */
async function expectCleanAudit(bed: TestBed): Promise<void> {
  for (const observer of bed.observers) {
    const { status, body } = await observer.audit();
    const found = fieldOf(fieldOf(body.result, "audit"), "differences");
    expectThat(`${observer.account}: a clean audit, not ${status} ${JSON.stringify(body)}`, found === 0);
  }
}

function phoneWithoutHint(agent: "bob.jones" | "10001234", queue: "words" | "digits8", extension: string): Scenario {
  const talking = { shows: { [agent]: { ...olga, queue } } };
  return {
    name: `EV2 freepbx: the status of ${agent}, who has no hint, is never frozen`,
    run: async (bed) => {
      await bed.phone(agent).unregister();
      await restartConnectors(bed);
      await bed.expectStates("away when the connector starts");
      await bed.phone(agent).register();
      await bed.expectStates("registered");
      bed.carrier.call(extension, olga);
      const agentLeg = await bed.phone(agent).rings();
      await bed.expectStates("ringing", talking);
      await agentLeg.answer();
      await bed.expectStates("talking", talking);
      await expectCleanAudit(bed);
      await bed.expectStates("talking after the audit", talking);
      await restartConnectors(bed);
      await bed.expectStates("talking when the connector starts", talking);
      await hangUp(bed);
      return {
        counts: { [queue]: [1, 0] },
        numbers: { [agent]: [olga.number, null] },
        devicesMayBe: [agent],
        occurrences: [completed(agent, queue)],
      };
    },
  };
}

async function doNotDisturb(bed: TestBed, agent: "1001", code: "*78" | "*79"): Promise<void> {
  const call = bed.phone(agent).call(`${code}${agent}`);
  await call.until("ended");
}

const added = (queue: string) => done({ queues: [queue] });

export const freepbxMembers: readonly Scenario[] = [
  {
    name: "CM4 freepbx: who logs on where nobody is becomes a member in FreePBX's form",
    run: async (bed) => {
      const command = { type: "queueAdd", queue: "night", agent: "1010", name: "Ten Agent" };
      await expectCommand(bed, command, added("night"));
      await expectMembership(bed, "night", "1010", "Local/1010@from-queue/n | Ten Agent | hint:1010@ext-local | 0");
      await bed.expectStates("logged on");
      await expectCommand(bed, { type: "queueRemove", queue: "night", agent: "1010" }, added("night"));
      await bed.expectStates("logged off");
      return { members: { "1010@night": ["not_inuse", "loggedoff"] } };
    },
  },
  phoneWithoutHint("bob.jones", "words", "413"),
  phoneWithoutHint("10001234", "digits8", "415"),
  {
    name: "CM4 freepbx: an agent in do-not-disturb stays in it in every queue that is logged on to",
    run: async (bed) => {
      await doNotDisturb(bed, "1001", "*78");
      await bed.expectStates("do not disturb");
      await expectCommand(bed, { type: "queueAdd", queue: "q.two", agent: "1001" }, added("q.two"));
      await expectMembership(bed, "q.two", "1001", "Local/1001@from-queue/n | Ann Agent | hint:1001@ext-local | 0");
      await bed.expectStates("logged on, in do not disturb");
      for (const agent of ["1002", "1003"] as const) bed.phone(agent).reject(486);
      const joined = bed.ami().event("the caller joins", ({ Event }) => Event === "QueueCallerJoin");
      const rung = bed.ami().event("1001 is rung", ({ Event, Interface }) => isCalled(Event, Interface), 2000);
      bed.carrier.call("406", olga);
      await joined;
      const wasRung = await rung.then(
        () => true,
        () => false,
      );
      expectThat("a caller in q.two does not ring at the agent in do not disturb", !wasRung);
      await restartConnectors(bed);
      await bed.expectStates("a caller waits");
      await hangUp(bed);
      await doNotDisturb(bed, "1001", "*79");
      await bed.expectStates("available again");
      await expectCommand(bed, { type: "queueRemove", queue: "q.two", agent: "1001" }, added("q.two"));
      await bed.expectStates("logged off");
      return {
        counts: { "q.two": [1, 0] },
        numbers: { "1002": rang, "1003": rang },
        ringsMayBeMissed: true,
        devicesMayBe: ["1001", "1002", "1003"],
      };
    },
  },
  {
    name: "CM4 freepbx: a dynamic member is the same member after a log-off",
    run: async (bed) => {
      const member = { queue: "q.two", agent: "1006" };
      await amiAction(bed, "QueueAdd", {
        Queue: "q.two",
        Interface: "Local/1006@from-queue/n",
        MemberName: "Six",
        StateInterface: "hint:1006@ext-local",
      });
      await bed.expectStates("added as FreePBX does");
      for (const again of ["once", "twice"]) {
        await expectCommand(bed, { type: "queueRemove", ...member }, added("q.two"));
        await bed.expectStates(`logged off ${again}`);
        await expectCommand(bed, { type: "queueAdd", ...member }, added("q.two"));
        await expectMembership(bed, "q.two", "1006", "Local/1006@from-queue/n | Six | hint:1006@ext-local | 0");
        await bed.expectStates(`logged on ${again}`);
      }
      await expectCommand(bed, { type: "queueRemove", ...member }, added("q.two"));
      await bed.expectStates("logged off");
      return { members: { "1006@q.two": /^(not_inuse loggedoff ?){3}$/ } };
    },
  },
  {
    name: "CM4 freepbx: an agent who never was a member becomes one in the form of the queue's others",
    run: async (bed) => {
      for (const agent of ["1006", "1008"]) {
        const member = { queue: "400", agent };
        await expectCommand(bed, { type: "queueAdd", ...member, name: "New" }, added("400"));
        const form = `Local/${agent}@from-queue/n | New | hint:${agent}@ext-local | 0`;
        await expectMembership(bed, "400", agent, form);
        await bed.expectStates(`${agent} logged on`);
        await expectCommand(bed, { type: "queueRemove", ...member }, added("400"));
        await bed.expectStates(`${agent} logged off`);
      }
      return {
        // 1008, whose phone is T2_1008, is an agent only while a member.
        devices: { "1008": ["not_inuse", "unavailable"] },
        numbers: { "1008": /^(null)?$/ },
        members: { "1006@400": ["not_inuse", "loggedoff"], "1008@400": ["not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "EV13 freepbx: an agent with two interfaces in one queue has one call",
    run: async (bed) => {
      bed.carrier.call("416", olga);
      await answer(bed, "1004");
      const talking = { shows: { "1004": { ...olga, queue: "twice" } } };
      await bed.expectStates("talking", talking);
      await restartConnectors(bed);
      await bed.expectStates("still talking", talking);
      await hangUp(bed);
      return {
        counts: { twice: [1, 0] },
        numbers: { "1004": [olga.number, null] },
        devicesMayBe: ["1004"],
        occurrences: [completed("1004", "twice")],
      };
    },
  },
  {
    name: "EV15 freepbx: the connector names each member that the agent pattern leaves out, once",
    run: async (bed) => {
      await restartConnectors(bed);
      await bed.expectStates("after the start");
      for (const observer of bed.observers) {
        const lines = () => (observer.log().split("(the connector ended").at(-1) ?? "").split("\n");
        for (const name of freepbx.leftOut) {
          const naming = () => lines().filter((line) => line.includes(`member ${name} `));
          await until(`${observer.account} names ${name}`, () => naming().length > 0);
          expectThat(`${name} once, not ${naming().join("\n")}`, naming().length === 1);
          expectThat("the setting is named", /PBXIS_AGENT_PATTERN/.test(naming()[0] ?? ""));
        }
        const others = lines().filter((line) => line.includes("is left out"));
        expectThat(`no other: ${others.join("\n")}`, others.length === freepbx.leftOut.length);
        const status = SiteStatus.parse(await observer.siteStatus());
        const members = status.leftOut?.members.map(({ queue, memberInterface }) => `${queue} ${memberInterface}`);
        const expected = freepbx.leftOut.map((name) => `styles ${name}`);
        expectThat(`the site's status names ${members}`, members?.sort().join() === expected.sort().join());
        expectThat("and the setting", status.leftOut?.setting === "PBXIS_AGENT_PATTERN");
      }
      return {};
    },
  },
];

function isCalled(event = "", memberInterface = ""): boolean {
  return event === "AgentCalled" && memberInterface.startsWith("Local/1001@");
}

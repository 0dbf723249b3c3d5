/** CM23, CM24: a supervisor listens to an agent's call, and an agent picks up what rings at another. */
import { until } from "../../harness/wait.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectShown, expectSupervision, expectThat, failed, fieldOf } from "./expect-command.ts";
import { whileDisconnected } from "./interruption.ts";
import {
  answer,
  answeredQueueCall,
  completed,
  connectQueueCall,
  device,
  hangUp,
  type Queue,
  type Scenario,
} from "./scenario.ts";

const rita = { number: "+14155550185", name: "Rita" };
const spy = (mode: string) => ({ type: "spy", agent: "1003", supervisor: "1001", mode });

/** Who hears the supervisor: the agent, the caller. Both send silence, so that Asterisk mixes. */
async function expectHeard(bed: TestBed, what: string, agentHears: boolean, callerHears: boolean): Promise<void> {
  const hears = async () => {
    const [agent, caller] = await Promise.all([bed.phone("1003").hear(300), bed.carrier.hear(300)]);
    return agent.packets > 3 && caller.packets > 3 && agent.loud > 3 === agentHears && caller.loud > 3 === callerHears;
  };
  await until(`the supervisor to be heard: ${what}`, hears);
}

/** All of them send audio until their calls end. */
function speak(...calls: readonly (readonly [Call, "silence" | "tone"])[]): Promise<unknown> {
  return Promise.all(calls.map(([call, sound]) => call.sendAudio(60_000, sound)));
}

const spying: Scenario = {
  name: "CM23 EV21 a supervisor listens, whispers, barges in and is hung up; a cut of AMI changes nothing",
  run: async (bed) => {
    await expectCommand(bed, spy("listen"), failed(404, "not_found", /1003/));
    const { callerLeg, agentLeg, talking } = await connectQueueCall(bed, "sales", rita, "1003");
    const { result } = await expectCommand(bed, spy("listen"), done());
    const actionId = fieldOf(result, "actionId");
    const supervisor = await answer(bed, "1001", 100);
    await expectSupervision(bed, "1001", { agentSupervised: "1003" });
    await expectSupervision(bed, "1001", { mode: "listen" }, "least");
    const spoken = speak([callerLeg, "silence"], [agentLeg, "silence"], [supervisor, "tone"]);
    await expectHeard(bed, "by nobody", false, false);
    await expectCommand(bed, spy("whisper"), done({ actionId }));
    await expectHeard(bed, "by the agent", true, false);
    await expectCommand(bed, spy("barge"), done({ actionId }));
    await expectHeard(bed, "by both", true, true);
    await whileDisconnected(bed, async () => {});
    await expectSupervision(bed, "1001", { agentSupervised: "1003" });
    await expectCommand(bed, spy("listen"), done({ actionId }));
    await expectHeard(bed, "by nobody", false, false);
    await bed.expectStates("the supervisor has no call", talking);
    await expectCommand(bed, { type: "hangup", agent: "1001" }, done({ actionId }));
    await supervisor.until("ended");
    await expectSupervision(bed, "1001", null);
    const featureCode = bed.phone("1001").call("*551003");
    await expectSupervision(bed, "1001", { agentSupervised: "1003" });
    await hangUp(bed, callerLeg);
    await featureCode.hangup();
    await spoken;
    await expectSupervision(bed, "1001", null);
    const expected = answeredQueueCall("sales", "1003", rita, { holdTime: 1 });
    return { ...expected, devicesMayBe: ["1001"] };
  },
};

/** `agent` is rung by a queue or for an originated call; 1006 picks the call up. */
async function pickUp(bed: TestBed, of: string): Promise<Call> {
  await expectCommand(bed, { type: "pickup", agent: "1006", of }, done());
  return await answer(bed, "1006", 100);
}

/** The queue does not pass the call on before it is picked up, however slow the machine is. */
async function ringOn(bed: TestBed): Promise<void> {
  await bed.lab.edit("queues.conf", (text) => text.replaceAll(/^timeout = \d+$/gm, "timeout = 60"));
  await bed.ami().command("module reload app_queue.so");
}

function pickedUp(queue: Queue, extension: string, agent: "1003" | "1005"): Scenario {
  return {
    name: `CM24 EV6 a call of ${queue} that rings at ${agent} is picked up, and is the picker's`,
    run: async (bed) => {
      await ringOn(bed);
      bed.carrier.call(extension, rita);
      await bed.phone(agent).rings();
      await expectShown(bed, agent, { number: rita.number });
      // Of two channels of one second nobody knows which is older.
      await bed.pause(1000);
      await pickUp(bed, agent);
      await bed.expectStates("the picker talking", { shows: { "1006": { ...rita, queue } } });
      await bed.pause(300);
      await hangUp(bed);
      return {
        counts: { [queue]: [1, 0] },
        numbers: { [agent]: [rita.number, null], "1006": [rita.number, null] },
        devices: { [agent]: device.onlyRings, "1006": device.answers },
        occurrences: [completed("1006", queue, {})],
        // Asterisk 16 may report the pickup after the answer.
        ringsMayBeMissed: true,
      };
    },
  };
}

const pickedUpOriginate: Scenario = {
  name: "CM24 an originated call that rings is picked up; nothing rings any more, so nothing is",
  run: async (bed) => {
    await expectCommand(bed, { type: "originate", agent: "1001", to: "1002" }, done());
    await bed.phone("1001").rings();
    await pickUp(bed, "1001");
    await answer(bed, "1002", 100);
    await bed.expectStates("the picker talking", { shows: { "1006": { number: "1002" }, "1002": { number: "1006" } } });
    await bed.phone("1006").hangupAll();
    await bed.expectStates("after the hang-up");
    await expectCommand(bed, { type: "pickup", agent: "1006", of: "1001" }, failed(404, "not_found"));
    expectThat("no phone rings", bed.phone("1001").registered());
    return {
      numbers: { "1002": ["1006", null], "1006": ["1002", null] },
      devices: { "1001": device.onlyRings, "1002": device.answers, "1006": device.answers },
    };
  },
};

export const supervision: readonly Scenario[] = [
  spying,
  pickedUp("sales", "5002", "1003"),
  pickedUp("vip", "5003", "1005"),
  pickedUpOriginate,
];

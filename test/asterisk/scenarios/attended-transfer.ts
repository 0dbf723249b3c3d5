/** CM20: attended transfers by commands, and each phase of them in which somebody hangs up or does not answer. */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectShown, failed } from "./expect-command.ts";
import {
  answer,
  answeredQueueCall,
  completed,
  connectCall,
  connectQueueCall,
  device,
  hangUp,
  type Scenario,
} from "./scenario.ts";

const rita = { number: "+14155550190", name: "Rita" };
const command = (type: string) => ({ type, agent: "1003" });
const transfer = { ...command("attendedTransfer"), to: "1005" };
const ends = ["completeTransfer", "joinTransfer", "cancelTransfer"];

async function consult(bed: TestBed): Promise<void> {
  await expectCommand(bed, transfer, done({ channel: await bed.channelOf("1003") }));
  await expectShown(bed, "1003", { consulting: "1005" }, "least");
}

/** ADR 24: the transfer as `phoneNumber` shows it, to the account whose connector began it. */
function seen({ observers }: TestBed) {
  const { client } = observers.find(({ account }) => account === "least") ?? {};
  const state = client?.record.states.get("phoneNumber,1003");
  return state?.type === "phoneNumber" ? { callId: state.callId, to: state.consulting } : {};
}

async function expectBack(bed: TestBed): Promise<void> {
  await expectShown(bed, "1003", { consulting: null, number: rita.number });
  for (const type of ends) await expectCommand(bed, command(type), failed(404, "not_found"));
  // Right after one transfer Asterisk takes the digits of the next for no feature.
  await bed.pause(1500);
}

const held = { "1003": device.answersAndHolds } as const;
const expected = answeredQueueCall("sales", "1003", rita, { holdTime: 1 });

export const attendedTransfer: readonly Scenario[] = [
  {
    name: "CM20 an attended transfer is cancelled, to nobody, to a busy phone, to one that is silent, and then completed",
    run: async (bed) => {
      for (const type of ends) await expectCommand(bed, command(type), failed(404, "not_found"));
      await expectCommand(bed, transfer, failed(404, "not_found"));
      const { talking } = await connectQueueCall(bed, "sales", rita, "1003");
      await expectCommand(bed, { ...transfer, to: "4242" }, failed(502, "asterisk_refused", /4242/));
      await consult(bed);
      await bed.phone("1005").rings();
      await expectCommand(bed, transfer, failed(409, "conflict"));
      await expectCommand(bed, command("cancelTransfer"), done());
      await expectBack(bed);
      await bed.expectStates("talking again", talking);
      bed.phone("1005").reject(486);
      await expectCommand(bed, transfer, done());
      await expectBack(bed);
      bed.phone("1005").reject(undefined);
      await consult(bed);
      // Nobody answers until Asterisk gives up.
      await expectBack(bed);
      await consult(bed);
      await answer(bed, "1005");
      await bed.pause(300);
      const complete = { ...command("completeTransfer"), ...seen(bed) };
      for (const other of [{ to: "1006" }, { callId: "1.1" }])
        await expectCommand(bed, { ...complete, ...other }, failed(404, "not_found", /another call/));
      await expectCommand(bed, complete, done());
      await bed.expectStates("the second agent talking to the caller", { shows: { "1005": { ...rita } } });
      await bed.pause(300);
      await hangUp(bed);
      return {
        ...expected,
        numbers: { "1003": /^\+14155550190( 1005 \+14155550190)* 1005 null$/, "1005": ["1003", rita.number, null] },
        devices: { ...held, "1005": device.answers },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: /^(transfer|agent)$/ })],
      };
    },
  },
  {
    name: "CM20 all three talk in one conference, and the third party hangs up in a consultation",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await consult(bed);
      const third = await answer(bed, "1005");
      await bed.pause(300);
      await third.hangup();
      await expectBack(bed);
      await consult(bed);
      await answer(bed, "1005");
      await bed.pause(300);
      await expectCommand(bed, command("joinTransfer"), done());
      await expectShown(bed, "1003", { consulting: null });
      for (const type of ends) await expectCommand(bed, command(type), failed(404, "not_found"));
      await agentLeg.hangup();
      await bed.expectStates("the third party talking to the caller", { shows: { "1005": { ...rita } } });
      await hangUp(bed);
      return {
        ...expected,
        numbers: {
          "1003": /^\+14155550190( (1005|\+14155550190))* null$/,
          "1005": /^(1003|\+14155550190| )+null.* null$/,
        },
        devices: { ...held, "1005": device.answers },
      };
    },
  },
  {
    name: "CM20 the agent hangs up while the third party rings: the caller gets through",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await consult(bed);
      const third = await bed.phone("1005").rings();
      await agentLeg.hangup();
      await expectShown(bed, "1003", { consulting: null, number: null });
      await third.answer();
      await bed.expectStates("the third party talking to the caller", { shows: { "1005": { ...rita } } });
      await hangUp(bed);
      return {
        ...expected,
        numbers: { "1003": [rita.number, "1005", null], "1005": [rita.number, null] },
        devices: { ...held, "1005": device.answers },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: /^(transfer|agent)$/ })],
      };
    },
  },
  {
    name: "CM20 the caller hangs up in a consultation: the agent keeps the third party",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await consult(bed);
      await answer(bed, "1005");
      await bed.pause(300);
      await bed.carrier.hangup();
      await expectShown(bed, "1003", { consulting: null, number: "1005" });
      await expectCommand(bed, command("completeTransfer"), failed(404, "not_found"));
      await hangUp(bed, agentLeg);
      return {
        ...expected,
        numbers: { "1003": [rita.number, "1005", null], "1005": ["1003", null] },
        devices: { ...held, "1005": device.answers },
      };
    },
  },
  {
    name: "CM20 a queue without t transfers nobody, and says so",
    run: async (bed) => {
      await connectCall(bed, "5010", rita, "1007");
      await bed.expectStates("talking", { shows: { "1007": { ...rita, queue: "load" } } });
      const refused = failed(502, "asterisk_refused", /lacks t or T/);
      await expectCommand(bed, { ...transfer, agent: "1007" }, refused);
      await expectShown(bed, "1007", { consulting: null, number: rita.number });
      await hangUp(bed);
      return answeredQueueCall("load", "1007", rita, { holdTime: 1 });
    },
  },
];

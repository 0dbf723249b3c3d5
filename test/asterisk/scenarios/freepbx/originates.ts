/** CM1: originate for agents whom only a Local interface reaches, or whose phone has another name. */
import type { Phone } from "../../phone.ts";
import type { Call } from "../../sip/call.ts";
import type { TestBed } from "../../test-bed.ts";
import { done, expectCommand } from "../expect-command.ts";
import { optimizeLocal } from "../optimize.ts";
import { answer, hangUp, parkingSpace, type Scenario } from "../scenario.ts";
import { expectDone, expectNoCall, interruptions, wazo } from "./steps.ts";

/** `phone`: where the agent answers. `also`: other agents who have the same phone. */
type Agent = Readonly<{
  agent: string;
  phone(bed: TestBed): Phone;
  also: readonly string[];
  is: string;
  isOptimized?: true;
}>;

const agents: readonly Agent[] = [
  { agent: "00385911", phone: ({ carrier }) => carrier, also: [], is: "on a mobile" },
  {
    agent: "1007",
    phone: (bed) => bed.phone("webrtc-1007"),
    also: ["webrtc-1007"],
    is: "with a phone of another name",
  },
  {
    agent: "id-5",
    phone: (bed) => bed.phone("1010"),
    also: ["1010"],
    is: "whose Local channel Asterisk optimizes away",
    isOptimized: true,
  },
];

const devicesMayBe = ["1004", "1006", "00385911", "1007", "webrtc-1007", "1010", "alice.smith", ...wazo];
/** A phone that answers shows a call with nobody known, until the other one answers. */
const waitsFirst = /^(?=.*1004)(?:(?:null|unknown|1004) )*null$/;

async function talk(
  bed: TestBed,
  { agent, phone, also, isOptimized }: Agent,
): Promise<{ agentLeg: Call; otherLeg: Call }> {
  const command = {
    type: "originate",
    agent,
    to: "1004",
    callerId: `"Callback" <${agent === "id-5" ? "1010" : agent}>`,
  };
  await expectCommand(bed, command, done({ actionId: /^pbxis-/ }));
  const agentLeg = await phone(bed).rings();
  await bed.pause(300);
  await agentLeg.answer();
  const otherLeg = await answer(bed, "1004");
  if (isOptimized) await optimizeLocal(bed, agentLeg, otherLeg);
  await bed.expectStates("talking", talkingOf(agent, also));
  return { agentLeg, otherLeg };
}

function talkingOf(agent: string, also: readonly string[]) {
  const own = [agent, ...also].map((id) => [id, { number: "1004" }] as const);
  return { shows: { ...Object.fromEntries(own), "1004": {} } };
}

function numbersOf({ agent, also }: Agent) {
  const own = [agent, ...also].map((id) => [id, waitsFirst] as const);
  return { ...Object.fromEntries(own), "1004": /^\S+ (?:\S+ )*null$/ };
}

export const freepbxOriginates: readonly Scenario[] = agents.flatMap((one): Scenario[] => [
  {
    name: `CM1 EV13 freepbx: originate for an agent ${one.is} is that agent's call, and hangup ends it`,
    run: async (bed) => {
      const { agentLeg } = await talk(bed, one);
      await interruptions["a cut of AMI"](bed);
      await bed.expectStates("still talking", talkingOf(one.agent, one.also));
      await expectDone(bed, { type: "hangup", agent: one.agent });
      await agentLeg.until("ended");
      await bed.expectStates("after the hang-up");
      await expectNoCall(bed, one.agent);
      return { devicesMayBe, numbers: numbersOf(one) };
    },
  },
  {
    name: `CM2 CM3 freepbx: the originated call of an agent ${one.is} is redirected, and another one parked`,
    run: async (bed) => {
      await talk(bed, one);
      await expectDone(bed, { type: "redirect", agent: one.agent, to: "1006" });
      await answer(bed, "1006");
      const redirected = { shows: { "1004": { number: "1006" }, "1006": { number: "1004" } } };
      await bed.expectStates("1004 talks to 1006", redirected);
      await expectNoCall(bed, one.agent);
      await hangUp(bed, bed.phone("1006"));
      await talk(bed, one);
      const parked = done({ channel: /^PJSIP\/1004-/, parkingSpace });
      await expectCommand(bed, { type: "park", agent: one.agent }, parked);
      await bed.expectStates("parked");
      await hangUp(bed, { hangup: () => bed.phone("1004").hangupAll() });
      const occurrence = { channel: /^PJSIP\/1004-/, callerId: "1004", parkingSpace };
      return {
        devicesMayBe,
        numbers: { ...numbersOf(one), "1006": ["1004", null] },
        occurrences: [
          { type: "parkedCall", ...occurrence },
          { type: "parkedCallGiveUp", ...occurrence },
        ],
      };
    },
  },
]);

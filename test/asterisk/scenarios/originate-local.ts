/**
 * CM1: originate for an agent who is rung through a Local channel and answers on a mobile: the dialplan dials the
 * carrier. Without `/n` Asterisk optimizes the Local channel away as soon as both sides talk.
 */
import type { ExpectedStream } from "../expected-stream.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, fieldOf } from "./expect-command.ts";
import { restartConnectors } from "./interruption.ts";
import { optimizeLocal } from "./optimize.ts";
import { amiAction, answer, device, hangUp, parkingSpace, type Scenario } from "./scenario.ts";

const mobile = "914155557701";
const ways = [
  { how: "behind a Local channel", memberInterface: `Local/${mobile}@from-agents/n`, isOptimized: false },
  { how: "whose Local channel is optimized away", memberInterface: `Local/${mobile}@from-agents`, isOptimized: true },
] as const;
type Way = (typeof ways)[number];
const callerId = `"Mo Bile" <${mobile}>`;
const talking = { shows: { [mobile]: { number: "1005" }, "1005": { number: mobile } } };

/** Makes the mobile a member, rings it by `originate`, and lets it and 1005 answer. */
async function talk(bed: TestBed, { memberInterface, isOptimized }: Way): Promise<Call> {
  await amiAction(bed, "QueueAdd", { Queue: "load", Interface: memberInterface, MemberName: "Mo Bile" });
  await bed.expectStates("logged on");
  await expectCommand(bed, { type: "originate", agent: mobile, to: "1005", callerId }, done({ actionId: /^pbxis-/ }));
  const agentLeg = await bed.carrier.rings();
  await bed.pause(300);
  await agentLeg.answer();
  const otherLeg = await answer(bed, "1005");
  if (isOptimized) await optimizeLocal(bed, agentLeg, otherLeg);
  await bed.expectStates("talking", talking);
  return agentLeg;
}

function stream(others: ExpectedStream = {}): ExpectedStream {
  return {
    devices: { "1005": device.answers },
    devicesUnknown: [mobile],
    ...others,
    // A new agent without a call is published first.
    numbers: { [mobile]: /^(?:null )?1005 null$/, "1005": [mobile, null], ...others.numbers },
  };
}

const noCall = failed(404, "not_found", new RegExp(mobile));

const surviving: Scenario = {
  name: "CM1 EV13 a connector that starts during the originated call of an agent behind a Local channel knows it",
  run: async (bed) => {
    const agentLeg = await talk(bed, ways[0]);
    await restartConnectors(bed);
    await bed.expectStates("still talking", talking);
    await expectCommand(bed, { type: "hangup", agent: mobile }, done({}));
    await agentLeg.until("ended");
    await bed.expectStates("after the hangup");
    return stream();
  },
};

const ofEachWay = ways.flatMap((way): Scenario[] => [
  {
    name: `CM1 EV13 the originated call of an agent ${way.how} is shown, and hangup ends it`,
    run: async (bed) => {
      const agentLeg = await talk(bed, way);
      const { result } = await expectCommand(bed, { type: "hangup", agent: mobile }, done({}));
      expectThat("the hangup names a channel", String(fieldOf(result, "channel")).includes("/"));
      await agentLeg.until("ended");
      await bed.expectStates("after the hangup");
      await expectCommand(bed, { type: "hangup", agent: mobile }, noCall);
      return stream();
    },
  },
  {
    name: `CM2 the originated call of an agent ${way.how} can be redirected`,
    run: async (bed) => {
      await talk(bed, way);
      await expectCommand(bed, { type: "redirect", agent: mobile, to: "1006" }, done({ channel: /^PJSIP\/1005-/ }));
      await answer(bed, "1006");
      await bed.expectStates("1005 talks to 1006", {
        shows: { "1005": { number: "1006" }, "1006": { number: "1005" } },
      });
      await hangUp(bed, { hangup: () => bed.phone("1006").hangupAll() });
      return stream({
        // 1005 talks to nobody while 1006 rings.
        numbers: { "1005": [mobile, null, "1006", null], "1006": ["1005", null] },
        devices: { "1005": device.answers, "1006": device.answers },
      });
    },
  },
  {
    name: `CM3 the originated call of an agent ${way.how} can be parked`,
    run: async (bed) => {
      await talk(bed, way);
      const parked = done({ channel: /^PJSIP\/1005-/, parkingSpace });
      await expectCommand(bed, { type: "park", agent: mobile }, parked);
      await bed.expectStates("parked");
      await hangUp(bed, { hangup: () => bed.phone("1005").hangupAll() });
      const occurrence = { channel: /^PJSIP\/1005-/, callerId: "1005", parkingSpace };
      return stream({
        occurrences: [
          { type: "parkedCall", ...occurrence },
          { type: "parkedCallGiveUp", ...occurrence },
        ],
      });
    },
  },
]);

export const localOriginates: readonly Scenario[] = [...ofEachWay, surviving];

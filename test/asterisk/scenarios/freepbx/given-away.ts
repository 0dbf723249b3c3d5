/**
 * EV13: a queue calls an agent by a Local channel, and another agent gets the call in the end: by a transfer, a pickup
 * or a forward. The Local channel stays, and must not make the call look like the first agent's. An agent who answers
 * on a mobile keeps the call.
 */
import type { ExpectedStream } from "../../expected-stream.ts";
import type { Call } from "../../sip/call.ts";
import type { TestBed } from "../../test-bed.ts";
import { optimizeLocal } from "../optimize.ts";
import { answer, connectCall, device, hangUp, type Scenario } from "../scenario.ts";
import { completed, expectDone, expectNoCall, interruptions, mayBeUnnamed, olga, rang } from "./steps.ts";

/** The queue of a transferred call is not compared: it may or may not be shown. */
const given = { shows: { "1004": { ...olga } } };

const stream: ExpectedStream = {
  counts: { "400": [1, 0] },
  numbers: { "1001": [olga.number, null], "1002": rang, "1004": [olga.number, null] },
  devicesMayBe: ["1001", "1002", "1004"],
  occurrences: [completed("1001", "400", { talkTime: 1, holdTime: 1 })],
};

async function connect(bed: TestBed): Promise<{ agentLeg: Call; answeredAt: number }> {
  const { agentLeg } = await connectCall(bed, "400", olga, "1001");
  const answeredAt = Date.now();
  await bed.expectStates("talking", { shows: { "1001": { ...olga, queue: "400" } } });
  return { agentLeg, answeredAt };
}

/** Returns when the first agent left. */
async function blindTransfer(bed: TestBed, agentLeg: Call): Promise<number> {
  await agentLeg.refer("1004");
  const leftAt = Date.now();
  await bed.phone("1004").rings();
  await bed.expectStates("the first agent idle, the second ringing");
  await answer(bed, "1004");
  return leftAt;
}

async function attendedTransfer(bed: TestBed, agentLeg: Call): Promise<number> {
  await agentLeg.hold();
  const consultation = bed.phone("1001").call("1004");
  await answer(bed, "1004");
  await consultation.until("up");
  await bed.expectStates("consulting", { shows: { "1001": { number: "1004" }, "1004": { number: "1001" } } });
  await agentLeg.referTo(consultation);
  return Date.now();
}

/** After the transfer nothing touches the call; a wait shows that it does not count as the first agent's talk. */
async function expectGiven(bed: TestBed, what: string): Promise<void> {
  await bed.expectStates(`the second agent talking, ${what}`, given);
  await expectNoCall(bed, "1001");
  await bed.expectStates(`the second agent still talking, ${what}`, given);
}

type Interruption = keyof typeof interruptions;

function transfer(how: "blind" | "attended", before: Interruption, after: Interruption): Scenario {
  const when = [before === "nothing" ? "" : ` after ${before}`, after === "nothing" ? "" : `, then ${after}`].join("");
  return {
    name: `EV13 CM10 freepbx: a call of queue 400 is the second agent's after a transfer by REFER (${how}${when})`,
    run: async (bed) => {
      const { agentLeg, answeredAt } = await connect(bed);
      await interruptions[before](bed);
      await bed.expectStates("still talking", { shows: { "1001": { ...olga, queue: "400" } } });
      const leftAt = await (how === "blind" ? blindTransfer : attendedTransfer)(bed, agentLeg);
      const talkTime = (leftAt - answeredAt) / 1000;
      await expectGiven(bed, "after the transfer");
      await interruptions[after](bed);
      await expectGiven(bed, `after ${after}`);
      await bed.pause(1500);
      await hangUp(bed);
      return {
        ...stream,
        numbers: {
          ...stream.numbers,
          ...(how === "attended" && {
            "1001": /^0941 1004 (0941 )?(1004 )?null$/,
            "1004": ["1001", olga.number, null],
          }),
        },
        ...(how === "attended" && { devices: { "1001": device.answersAndHolds }, devicesMayBe: ["1002", "1004"] }),
        // Another connector does not know when the first agent left.
        occurrences: [
          completed("1001", "400", after === "another connector" ? mayBeUnnamed : { holdTime: 1, talkTime }),
        ],
      };
    },
  };
}

export const givenAway: readonly Scenario[] = [
  transfer("blind", "nothing", "nothing"),
  transfer("blind", "a cut of AMI", "a cut of AMI"),
  transfer("blind", "another connector", "nothing"),
  transfer("blind", "nothing", "another connector"),
  transfer("attended", "nothing", "another connector"),
  {
    name: "CM10 freepbx: an agent who transferred a call away has the next one only",
    run: async (bed) => {
      const { agentLeg } = await connect(bed);
      await blindTransfer(bed, agentLeg);
      await bed.expectStates("the second agent talking", given);
      const next = bed.phone("1006").call("1001");
      await answer(bed, "1001");
      const both = { shows: { ...given.shows, "1001": { number: "1006" }, "1006": { number: "1001" } } };
      await bed.expectStates("the first agent in another call", both);
      await expectDone(bed, { type: "hangup", agent: "1001" });
      await next.until("ended");
      await bed.expectStates("the second agent still talking", given);
      await hangUp(bed);
      return {
        ...stream,
        numbers: { ...stream.numbers, "1001": [olga.number, null, "1006", null], "1006": ["1001", null] },
        devicesMayBe: ["1001", "1002", "1004", "1006", "alice.smith"],
      };
    },
  },
  ...(["nothing", "another connector"] as const).map((between) => ({
    name: `EV13 freepbx: a call by an optimized Local channel is the second agent's after a transfer (${between} before)`,
    run: async (bed: TestBed) => {
      const { agentLeg, callerLeg } = await connectCall(bed, "404", olga, "1003");
      const talking = { shows: { "1003": { ...olga, queue: "opt" } } };
      await bed.expectStates("talking", talking);
      await optimizeLocal(bed, callerLeg, agentLeg);
      await bed.expectStates("still talking", talking);
      await interruptions[between](bed);
      // No list says that the call came from the queue, so another connector may not know it.
      await bed.expectStates(`talking after ${between}`, { shows: { "1003": { ...olga } } });
      await blindTransfer(bed, agentLeg);
      await bed.expectStates("the second agent talking", given);
      await expectNoCall(bed, "1003");
      await hangUp(bed);
      return {
        counts: { opt: [1, 0] },
        numbers: { "1003": [olga.number, null], "1004": [olga.number, null] },
        devicesMayBe: ["1003", "1004"],
        occurrences: [
          completed("1003", "opt", {
            holdTime: 1,
            reason: "transfer",
            ...(between === "another connector" && mayBeUnnamed),
          }),
        ],
      };
    },
  })),
  {
    name: "EV13 freepbx: a call that the agent's phone forwards to a colleague by 302 is the colleague's",
    run: async (bed) => {
      bed.phone("1002").reject(486);
      bed.phone("1001").forward("1004");
      bed.carrier.call("400", olga);
      await answer(bed, "1004");
      await bed.expectStates("the colleague talking", { shows: { "1004": { ...olga, queue: "400" } } });
      await expectNoCall(bed, "1001");
      await interruptions["another connector"](bed);
      await bed.expectStates("the colleague still talking", given);
      await expectNoCall(bed, "1001");
      await hangUp(bed);
      return { ...stream, occurrences: [completed("1001", "400", mayBeUnnamed)] };
    },
  },
  {
    name: "EV13 freepbx: an agent whose phone forwards to a mobile by 302 keeps the call",
    run: async (bed) => {
      bed.phone("1002").reject(486);
      bed.phone("1001").forward("900385955");
      const callerLeg = bed.carrier.call("400", olga);
      const mobile = await bed.carrier.answer();
      const talking = { shows: { "1001": { ...olga, queue: "400" } } };
      await bed.expectStates("talking on the mobile", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking on the mobile", talking);
      await expectDone(bed, { type: "hangup", agent: "1001" });
      await Promise.all([mobile.until("ended"), callerLeg.until("ended")]);
      await bed.expectStates("after the hang-up");
      return {
        counts: { "400": [1, 0] },
        numbers: { "1001": [olga.number, null], "1002": rang },
        devicesMayBe: ["1001", "1002"],
        occurrences: [completed("1001", "400")],
      };
    },
  },
  {
    name: "EV13 freepbx: an agent who answers on a mobile has the call",
    run: async (bed) => {
      const callerLeg = bed.carrier.call("414", olga);
      const mobile = await bed.carrier.rings();
      const talking = { shows: { "00385911": { ...olga, queue: "ext" } } };
      await bed.expectStates("ringing", talking);
      await mobile.answer();
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await expectDone(bed, { type: "hangup", agent: "00385911" });
      await Promise.all([mobile.until("ended"), callerLeg.until("ended")]);
      await bed.expectStates("after the hang-up");
      return {
        counts: { ext: [1, 0] },
        numbers: { "00385911": [olga.number, null] },
        devicesMayBe: ["00385911"],
        occurrences: [completed("00385911", "ext")],
      };
    },
  },
];

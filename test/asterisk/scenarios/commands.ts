/** CM2, CM3 and CM6: a client's commands on calls, their effect on a real Asterisk, and their answers. */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, fieldOf, originateFailed } from "./expect-command.ts";
import {
  answer,
  answeredQueueCall,
  connectQueueCall,
  device,
  hangUp,
  parkingOccurrences,
  parkingSpace,
  retrieve,
  type Scenario,
} from "./scenario.ts";

const rita = { number: "+14155550170", name: "Rita" };
const expected = answeredQueueCall("sales", "1003", rita, { holdTime: 1 });

/** The stream of a queue call that 1003 answers and then 1005. */
const transferred = {
  ...expected,
  numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
  devices: { "1003": device.answers, "1005": device.answers },
};

/** `target` gives the agent or the channel that the command names. */
function redirected(by: string, target: (bed: TestBed) => Promise<Readonly<Record<string, string>>>): Scenario {
  return {
    name: `CM2 redirect transfers a call that is named by ${by}`,
    run: async (bed) => {
      const { talking } = await connectQueueCall(bed, "sales", rita, "1003");
      const [caller = ""] = await bed.carrierChannels();
      const toNowhere = { type: "redirect", ...(await target(bed)), to: "4242" };
      await expectCommand(bed, toNowhere, failed(502, "asterisk_refused", /4242/));
      await bed.expectStates("still talking", talking);
      await expectCommand(bed, { type: "redirect", ...(await target(bed)), to: "1005" }, done({ channel: caller }));
      await answer(bed, "1005");
      await bed.expectStates("the second agent talking", { shows: { "1005": { ...rita } } });
      await bed.pause(300);
      await hangUp(bed);
      return transferred;
    },
  };
}

type Candidate = Readonly<{ callerId: string; agentChannel: string; bridgedChannel: string }>;

/** The candidate with the caller, after checking that there are two. */
async function candidateOf(bed: TestBed, error: unknown): Promise<Candidate> {
  const candidates = fieldOf(error, "candidates");
  expectThat(`two candidates in ${JSON.stringify(candidates)}`, Array.isArray(candidates) && candidates.length === 2);
  const chosen = (candidates as Candidate[]).find(({ callerId }) => callerId === rita.number);
  const [caller] = await bed.carrierChannels();
  expectThat("a candidate is connected to the caller", chosen !== undefined && chosen.bridgedChannel === caller);
  return chosen as Candidate;
}

const redirects: readonly Scenario[] = [
  redirected("agent", async () => ({ agent: "1003" })),
  redirected("the caller's channel", async (bed) => ({ channel: (await bed.carrierChannels())[0] ?? "" })),
  redirected("the agent's channel", async (bed) => ({ channel: await bed.channelOf("1003") })),
  {
    name: "CM10 commands on no call, on two calls, and on the one that the client chooses",
    run: async (bed) => {
      for (const type of ["redirect", "park", "hangup"]) {
        const command = { type, agent: "1003", ...(type === "redirect" && { to: "1005" }) };
        await expectCommand(bed, command, failed(404, "not_found", /1003/));
      }
      const unknownChannel = { type: "hangup", channel: "PJSIP/1003-ffffffff" };
      await expectCommand(bed, unknownChannel, failed(404, "not_found"));
      await connectQueueCall(bed, "sales", rita, "1003");
      await bed.phone("1003").hold();
      const consultation = bed.phone("1003").call("1005");
      await answer(bed, "1005");
      await consultation.until("up");
      await bed.pause(300);
      for (const type of ["park", "hangup"])
        await expectCommand(bed, { type, agent: "1003" }, failed(409, "several_calls"));
      const redirect = { type: "redirect", agent: "1003", to: "1001" };
      const { error } = await expectCommand(bed, redirect, failed(409, "several_calls"));
      const { agentChannel, bridgedChannel } = await candidateOf(bed, error);
      await expectCommand(bed, { ...redirect, channel: agentChannel }, done({ channel: bridgedChannel }));
      await answer(bed, "1001");
      await bed.expectStates("the caller talking to the third agent, the other two to each other", {
        shows: { "1001": { ...rita }, "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await expectCommand(bed, { type: "hangup", agent: "1005" }, done());
      await expectCommand(bed, { type: "hangup", channel: (await bed.carrierChannels())[0] }, done());
      await bed.expectStates("after the hang-ups");
      return {
        ...expected,
        numbers: {
          "1001": [rita.number, null],
          "1003": [rita.number, "1005", null],
          "1005": ["1003", null],
        },
        devices: { "1001": device.answers, "1003": device.answersAndHolds, "1005": device.answers },
      };
    },
  },
];

/** Connects a queue call with 1003 and parks the caller. Then 1003 hears the space and hangs up. */
async function park(bed: TestBed, timeoutSeconds: number, target: "agent" | "channel" = "agent"): Promise<void> {
  await connectQueueCall(bed, "sales", rita, "1003");
  const [caller = ""] = await bed.carrierChannels();
  const party = target === "agent" ? { agent: "1003" } : { channel: caller };
  await expectCommand(bed, { type: "park", ...party, timeoutSeconds }, done({ parkingSpace, channel: caller }));
  await bed.pause(300);
  await bed.phone("1003").hangupAll();
  await bed.expectStates("parked");
}

const parks: readonly Scenario[] = [
  {
    name: "CM3 park answers with the space, from which another agent retrieves the call",
    run: async (bed) => {
      await park(bed, 30);
      await retrieve(bed, "1005", rita);
      await bed.pause(300);
      await expectCommand(bed, { type: "hangup", agent: "1005" }, done());
      await bed.expectStates("after the hang-up");
      return {
        ...transferred,
        devices: { "1003": device.answers, "1005": device.calls },
        occurrences: parkingOccurrences(rita, "unParkedCall"),
      };
    },
  },
  {
    name: "CM3 park times out, and the call rings at the agent again",
    run: async (bed) => {
      await park(bed, 2);
      await answer(bed, "1003");
      await bed.expectStates("talking again", { shows: { "1003": { ...rita } } });
      await hangUp(bed);
      return {
        ...expected,
        numbers: { "1003": [rita.number, null, rita.number, null] },
        devices: { "1003": [...device.answers, ...device.answers] },
        occurrences: parkingOccurrences(rita, "parkedCallTimeOut"),
      };
    },
  },
  {
    name: "CM3 park parks a call that is named by channel, and the caller hangs up",
    run: async (bed) => {
      await park(bed, 30, "channel");
      await hangUp(bed);
      return { ...expected, occurrences: parkingOccurrences(rita, "parkedCallGiveUp") };
    },
  },
];

const hangups: readonly Scenario[] = [
  {
    name: "CM6 hangup ends each of two originated calls that ring, after a queue call that rang",
    run: async (bed) => {
      bed.carrier.call("5002", rita);
      await bed.phone("1003").rings();
      await bed.expectStates("ringing", { shows: { "1003": { ...rita, queue: "sales" } } });
      await hangUp(bed);
      const ids: string[] = [];
      for (const to of ["1005", "1002"]) {
        const { result } = await expectCommand(bed, { type: "originate", agent: "1001", to }, done());
        ids.unshift(String(fieldOf(result, "actionId")));
        await bed.phone("1001").rings();
        await bed.pause(300);
      }
      // The newest first. The second command does not wait until the first call's end is published.
      for (const actionId of ids) await expectCommand(bed, { type: "hangup", agent: "1001" }, done({ actionId }));
      await expectCommand(bed, { type: "hangup", agent: "1001" }, failed(404, "not_found"));
      await bed.expectStates("after the hang-ups");
      return {
        numbers: { "1003": [rita.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": device.onlyRings, "1001": device.onlyRings },
        occurrences: ids.map((id) => ({ ...originateFailed(id, ""), reason: /^(declined|failed|noAnswer)$/ })),
      };
    },
  },
];

export const commands: readonly Scenario[] = [...redirects, ...parks, ...hangups];

/**
 * CM2, CM3 and CM6 by a client's commands: what they do on a real Asterisk, what is told of it, and what they answer.
 */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, originateFailed } from "./expect-command.ts";
import { completed, connectCall, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550170", name: "Rita" };

async function talk(bed: TestBed): Promise<void> {
  await connectCall(bed, "5002", rita, "1003");
  await bed.expectStates("talking", { shows: { "1003": { ...rita, queue: "sales" } } });
}

const handedOn = {
  numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
  counts: { sales: [1, 0] },
  devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
  occurrences: [completed("1003", "sales", { holdTime: 1 })],
};

/** `target` names who is to be transferred, once they talk. */
function redirected(name: string, target: (bed: TestBed) => Promise<Readonly<Record<string, string>>>): Scenario {
  return {
    name: `CM2 redirect: ${name}`,
    run: async (bed) => {
      await talk(bed);
      const [caller = ""] = await bed.carrierChannels();
      const missing = { type: "redirect", ...(await target(bed)), to: "4242" };
      await expectCommand(bed, missing, failed(502, "asterisk_refused", /4242/));
      await bed.expectStates("nobody was dropped", { shows: { "1003": { ...rita, queue: "sales" } } });
      await expectCommand(bed, { type: "redirect", ...(await target(bed)), to: "1005" }, done({ channel: caller }));
      const second = await bed.phone("1005").rings();
      await bed.pause(300);
      await second.answer();
      await bed.expectStates("the second talks", { shows: { "1005": { ...rita } } });
      await bed.pause(300);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return handedOn;
    },
  };
}

const redirects: readonly Scenario[] = [
  redirected("by agent", async () => ({ agent: "1003" })),
  redirected("by the caller's channel", async (bed) => ({ channel: (await bed.carrierChannels())[0] ?? "" })),
  redirected("by the agent's channel", async (bed) => ({ channel: await bed.channelOf("1003") })),
  {
    name: "CM10 no call, two calls, and one of them chosen",
    run: async (bed) => {
      for (const type of ["redirect", "park", "hangup"])
        await expectCommand(
          bed,
          { type, agent: "1003", ...(type === "redirect" && { to: "1005" }) },
          failed(404, "not_found", /1003/),
        );
      const gone = { type: "hangup", channel: "PJSIP/1003-ffffffff" };
      await expectCommand(bed, gone, failed(404, "not_found"));
      await talk(bed);
      await bed.phone("1003").hold();
      const consultation = bed.phone("1003").call("1005");
      const consulted = await bed.phone("1005").rings();
      await bed.pause(300);
      await consulted.answer();
      await consultation.until("up");
      await bed.pause(300);
      for (const type of ["park", "hangup"])
        await expectCommand(bed, { type, agent: "1003" }, failed(409, "several_calls"));
      const several = await expectCommand(
        bed,
        { type: "redirect", agent: "1003", to: "1001" },
        failed(409, "several_calls"),
      );
      const candidates: unknown = Reflect.get(several.error as object, "candidates");
      expectThat(
        `two candidates in ${JSON.stringify(candidates)}`,
        Array.isArray(candidates) && candidates.length === 2,
      );
      const chosen = (candidates as { callerId: string; agentChannel: string; bridgedChannel: string }[]).find(
        ({ callerId }) => callerId === rita.number,
      );
      expectThat("one of them is the caller", chosen?.bridgedChannel === (await bed.carrierChannels())[0]);
      const command = { type: "redirect", agent: "1003", channel: chosen?.agentChannel, to: "1001" };
      await expectCommand(bed, command, done({ channel: chosen?.bridgedChannel }));
      const third = await bed.phone("1001").rings();
      await bed.pause(300);
      await third.answer();
      await bed.expectStates("the caller talks to the third, the agents to each other", {
        shows: { "1001": { ...rita }, "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await expectCommand(bed, { type: "hangup", agent: "1005" }, done());
      await expectCommand(bed, { type: "hangup", channel: (await bed.carrierChannels())[0] }, done());
      await bed.expectStates("afterwards");
      return {
        numbers: {
          "1001": [rita.number, null],
          "1003": [rita.number, "1005", null],
          "1005": ["1003", null],
        },
        counts: { sales: [1, 0] },
        devices: {
          "1001": ["ringing", "inuse", "not_inuse"],
          "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"],
          "1005": ["ringing", "inuse", "not_inuse"],
        },
        occurrences: [completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];

const parked = (type: "parkedCall" | "unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp") => ({
  type,
  callerId: rita.number,
  parkingSpace: "701",
  channel: /^PJSIP\/trunk-/,
});

/** Parks the caller of 1003; the agent hears the space and hangs up. */
async function park(bed: TestBed, timeoutSeconds: number, target: "agent" | "channel" = "agent"): Promise<void> {
  await talk(bed);
  const [caller = ""] = await bed.carrierChannels();
  const party = target === "agent" ? { agent: "1003" } : { channel: caller };
  await expectCommand(bed, { type: "park", ...party, timeoutSeconds }, done({ parkingSpace: "701", channel: caller }));
  await bed.pause(300);
  await bed.phone("1003").hangupAll();
  await bed.expectStates("parked");
}

const parks: readonly Scenario[] = [
  {
    name: "CM3 park: announced, and retrieved by another agent",
    run: async (bed) => {
      await park(bed, 30);
      const call = bed.phone("1005").call("701");
      await call.until("up");
      await bed.expectStates("retrieved", { shows: { "1005": { ...rita } } });
      await bed.pause(300);
      await expectCommand(bed, { type: "hangup", agent: "1005" }, done());
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        devices: { ...handedOn.devices, "1005": ["inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("unParkedCall"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "CM3 park: the time runs out, and the agent is called back",
    run: async (bed) => {
      await park(bed, 2);
      const call = await bed.phone("1003").rings();
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("talking again", { shows: { "1003": { ...rita } } });
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null, rita.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse", "ringing", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("parkedCallTimeOut"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "CM3 park: by channel, and the caller gives up",
    run: async (bed) => {
      await park(bed, 30, "channel");
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("parkedCallGiveUp"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];

const hangups: readonly Scenario[] = [
  {
    name: "CM6 hangup: a queue's call that rings, and two originated ones",
    run: async (bed) => {
      bed.carrier.call("5002", rita);
      await bed.phone("1003").rings();
      await bed.expectStates("ringing", { shows: { "1003": { ...rita, queue: "sales" } } });
      await bed.carrier.hangup();
      await bed.expectStates("given up");
      const ids: string[] = [];
      for (const to of ["1005", "1002"]) {
        const { result } = await expectCommand(bed, { type: "originate", agent: "1001", to }, done());
        ids.unshift(String(Reflect.get(result as object, "actionId")));
        await bed.phone("1001").rings();
        await bed.pause(300);
      }
      // The newest first, and the other though the first one's end was not told yet.
      for (const actionId of ids) await expectCommand(bed, { type: "hangup", agent: "1001" }, done({ actionId }));
      await expectCommand(bed, { type: "hangup", agent: "1001" }, failed(404, "not_found"));
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "not_inuse"], "1001": ["ringing", "not_inuse"] },
        occurrences: ids.map((id) => ({ ...originateFailed(id, ""), reason: /^(declined|failed|noAnswer)$/ })),
      };
    },
  },
];

export const commands: readonly Scenario[] = [...redirects, ...parks, ...hangups];

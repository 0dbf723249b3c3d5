/** CM2, CM3 and CM6 by a client's commands: what they do on a real Asterisk, what is told of it, and what they answer. */
import type { Stage } from "../stage.ts";
import { commanded, done, expectThat, failed, originateFailed } from "./commanding.ts";
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550170", name: "Rita" };

async function talk(stage: Stage): Promise<void> {
  await answeredCall(stage, "5002", rita, "1003");
  await stage.settled("talking", { shows: { "1003": { ...rita, queue: "sales" } } });
}

const handedOn = {
  numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
  counts: { sales: [1, 0] },
  devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
  occurrences: [completed("1003", "sales", { holdTime: 1 })],
};

/** `target` names who is to be transferred, once they talk. */
function redirected(name: string, target: (stage: Stage) => Promise<Readonly<Record<string, string>>>): Scenario {
  return {
    name: `CM2 redirect: ${name}`,
    play: async (stage) => {
      await talk(stage);
      const [caller = ""] = await stage.carrierChannels();
      const missing = { type: "redirect", ...(await target(stage)), to: "4242" };
      await commanded(stage, missing, failed(502, "asterisk_refused", /4242/));
      await stage.settled("nobody was dropped", { shows: { "1003": { ...rita, queue: "sales" } } });
      await commanded(stage, { type: "redirect", ...(await target(stage)), to: "1005" }, done({ channel: caller }));
      const second = await stage.phone("1005").rings();
      await stage.pause(300);
      await second.answer();
      await stage.settled("the second talks", { shows: { "1005": { ...rita } } });
      await stage.pause(300);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return handedOn;
    },
  };
}

const redirects: readonly Scenario[] = [
  redirected("by agent", async () => ({ agent: "1003" })),
  redirected("by the caller's channel", async (stage) => ({ channel: (await stage.carrierChannels())[0] ?? "" })),
  redirected("by the agent's channel", async (stage) => ({ channel: await stage.channelOf("1003") })),
  {
    name: "CM10 no call, two calls, and one of them chosen",
    play: async (stage) => {
      for (const type of ["redirect", "park", "hangup"])
        await commanded(
          stage,
          { type, agent: "1003", ...(type === "redirect" && { to: "1005" }) },
          failed(404, "not_found", /1003/),
        );
      const gone = { type: "hangup", channel: "PJSIP/1003-ffffffff" };
      await commanded(stage, gone, failed(404, "not_found"));
      await talk(stage);
      await stage.phone("1003").hold();
      const consultation = stage.phone("1003").call("1005");
      const consulted = await stage.phone("1005").rings();
      await stage.pause(300);
      await consulted.answer();
      await consultation.until("up");
      await stage.pause(300);
      for (const type of ["park", "hangup"])
        await commanded(stage, { type, agent: "1003" }, failed(409, "several_calls"));
      const several = await commanded(
        stage,
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
      expectThat("one of them is the caller", chosen?.bridgedChannel === (await stage.carrierChannels())[0]);
      const command = { type: "redirect", agent: "1003", channel: chosen?.agentChannel, to: "1001" };
      await commanded(stage, command, done({ channel: chosen?.bridgedChannel }));
      const third = await stage.phone("1001").rings();
      await stage.pause(300);
      await third.answer();
      await stage.settled("the caller talks to the third, the agents to each other", {
        shows: { "1001": { ...rita }, "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await commanded(stage, { type: "hangup", agent: "1005" }, done());
      await commanded(stage, { type: "hangup", channel: (await stage.carrierChannels())[0] }, done());
      await stage.settled("afterwards");
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
async function park(stage: Stage, timeoutSeconds: number, target: "agent" | "channel" = "agent"): Promise<void> {
  await talk(stage);
  const [caller = ""] = await stage.carrierChannels();
  const party = target === "agent" ? { agent: "1003" } : { channel: caller };
  await commanded(stage, { type: "park", ...party, timeoutSeconds }, done({ parkingSpace: "701", channel: caller }));
  await stage.pause(300);
  await stage.phone("1003").hangupAll();
  await stage.settled("parked");
}

const parks: readonly Scenario[] = [
  {
    name: "CM3 park: announced, and retrieved by another agent",
    play: async (stage) => {
      await park(stage, 30);
      const call = stage.phone("1005").call("701");
      await call.until("up");
      await stage.settled("retrieved", { shows: { "1005": { ...rita } } });
      await stage.pause(300);
      await commanded(stage, { type: "hangup", agent: "1005" }, done());
      await stage.settled("afterwards");
      return {
        ...handedOn,
        devices: { ...handedOn.devices, "1005": ["inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("unParkedCall"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "CM3 park: the time runs out, and the agent is called back",
    play: async (stage) => {
      await park(stage, 2);
      const call = await stage.phone("1003").rings();
      await stage.pause(300);
      await call.answer();
      await stage.settled("talking again", { shows: { "1003": { ...rita } } });
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      await park(stage, 30, "channel");
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      stage.carrier.call("5002", rita);
      await stage.phone("1003").rings();
      await stage.settled("ringing", { shows: { "1003": { ...rita, queue: "sales" } } });
      await stage.carrier.hangup();
      await stage.settled("given up");
      const ids: string[] = [];
      for (const to of ["1005", "1002"]) {
        const { result } = await commanded(stage, { type: "originate", agent: "1001", to }, done());
        ids.unshift(String(Reflect.get(result as object, "actionId")));
        await stage.phone("1001").rings();
        await stage.pause(300);
      }
      // The newest first, and the other though the first one's end was not told yet.
      for (const actionId of ids) await commanded(stage, { type: "hangup", agent: "1001" }, done({ actionId }));
      await commanded(stage, { type: "hangup", agent: "1001" }, failed(404, "not_found"));
      await stage.settled("afterwards");
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

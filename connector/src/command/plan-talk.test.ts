import { SiteCommand } from "@pbxis/shared";
import { expect, it } from "vitest";
import { channels, sampleContext } from "../testing/command-samples.ts";
import { facts, type Untimed } from "../testing/model-samples.ts";
import { planCommand } from "./plan.ts";

const reach = { agents: "*", queues: "*" } as const;

/** The actions of a plan, one line each; or the failure. */
function planned(command: object, events: readonly Untimed[] = [], ringing: string | null = null): string[] {
  const context = sampleContext({ ringing: () => ringing }, events);
  const plan = planCommand(SiteCommand.parse(command), reach, context);
  if (plan.kind === "settled")
    return plan.outcome.status === "done" ? ["done"] : [`${plan.outcome.error.code}: ${plan.outcome.error.message}`];
  if (plan.kind === "audit") return ["audit"];
  return plan.steps.map(({ action, fields }) => [action, ...fields.map((field) => field.join("="))].join(" "));
}

const ann = { agent: "1001" };
const bob = { agent: "1002", callId: "2" };
const originated = "a1005-pbxis-7-1763890000";
const eves = "PJSIP/1005-00000099";
const spy: Untimed = { kind: "chanSpyStart", ...facts(eves, { uniqueId: originated }), target: channels.ann };
const consults: Untimed = {
  kind: "consultationCommanded",
  channel: channels.ann,
  caller: channels.annsCaller,
  to: "9",
};
const alone: Untimed = {
  kind: "bridgeEnter",
  bridgeId: "b9",
  bridgeType: "basic",
  ...facts(channels.ann, { linkedId: "1" }),
};
const stopped: Untimed = {
  kind: "mixMonitorChange",
  ...facts(channels.annsCaller, { linkedId: "1" }),
  state: "stopped",
};

it.each<[string, object, readonly Untimed[], readonly string[]]>([
  [
    "CM25 digits are played to the other party one by one",
    { type: "sendDigits", ...ann, digits: "5#" },
    [],
    [
      `PlayDTMF Channel=${channels.annsCaller} Digit=5 Duration=100`,
      `PlayDTMF Channel=${channels.annsCaller} Digit=# Duration=100`,
    ],
  ],
  [
    "CM21 what comes from the agent's phone is muted",
    { type: "mute", ...ann },
    [],
    [`Setvar Channel=${channels.ann} Variable=MUTEAUDIO(in) Value=on`],
  ],
  [
    "CM10 the agent's call that is named is unmuted",
    { type: "mute", ...bob, muted: false },
    [],
    [`Setvar Channel=${channels.bob[0]} Variable=MUTEAUDIO(in) Value=off`],
  ],
  [
    "CM22 a recording is looked for on both channels, the caller's first",
    { type: "recording", ...ann, state: "paused" },
    [],
    [
      `MixMonitorMute Channel=${channels.annsCaller} Direction=both State=1`,
      `MixMonitorMute Channel=${channels.ann} Direction=both State=1`,
    ],
  ],
  [
    "CM22 a recording that was stopped does not go on",
    { type: "recording", ...ann, state: "on" },
    [stopped],
    [`MixMonitorMute Channel=${channels.ann} Direction=both State=0`],
  ],
  [
    "CM22 stopped",
    { type: "recording", ...ann, state: "stopped" },
    [],
    [`StopMixMonitor Channel=${channels.annsCaller}`, `StopMixMonitor Channel=${channels.ann}`],
  ],
  [
    "CM23 the supervisor's phone rings",
    { type: "spy", ...ann, supervisor: "1005", mode: "whisper", timeoutSeconds: 9 },
    [],
    [
      "Getvar Variable=DIALPLAN_EXISTS(pbxis-edge,spy,1)",
      `Originate Channel=PJSIP/1005 Context=pbxis-edge Exten=spy Priority=1 Timeout=9000 CallerID=1001 Async=true ChannelId=a1005-pbxis-1 Variable=PBXIS_CHANNEL=${channels.ann} Variable=PBXIS_MODE=w`,
    ],
  ],
  [
    "CM23 while the spy runs its mode is changed by a digit",
    { type: "spy", ...ann, supervisor: "1005", mode: "barge" },
    [spy],
    [`PlayDTMF Channel=${eves} Digit=6 Receive=true`],
  ],
  [
    "CM23 a spy of a feature code is none of ours",
    { type: "spy", ...ann, supervisor: "1005", mode: "barge" },
    [{ ...spy, uniqueId: "17.99" } as Untimed],
    ["Getvar Variable=DIALPLAN_EXISTS(pbxis-edge,spy,1)", expect.stringMatching(/^Originate/)],
  ],
  [
    "CM6 hangup ends the spy of an agent without a call",
    { type: "hangup", agent: "1005", channel: eves },
    [spy],
    [`Hangup Channel=${eves}`],
  ],
  [
    "CM24 the channel that a queue rings is picked up",
    { type: "pickup", agent: "1005", of: "1003" },
    [],
    [
      "Getvar Variable=DIALPLAN_EXISTS(pbxis-edge,pickup,1)",
      expect.stringMatching(/Exten=pickup .* Variable=PBXIS_CHANNEL=PJSIP\/1003-[0-9a-f]+$/),
    ],
  ],
  [
    "CM20 an attended transfer, once the extension is known to exist",
    { type: "attendedTransfer", ...ann, to: "1009" },
    [],
    [
      "Getvar Variable=DIALPLAN_EXISTS(transfers,1009,1)",
      `Atxfer Channel=${channels.ann} Exten=1009 Context=transfers`,
    ],
  ],
  ["CM20 completed", { type: "completeTransfer", ...ann }, [consults, alone], [`Hangup Channel=${channels.ann}`]],
  [
    "CM20 the transfer that was seen is completed",
    { type: "completeTransfer", ...ann, callId: "1", to: "9" },
    [consults, alone],
    [`Hangup Channel=${channels.ann}`],
  ],
  ["CM20 cancelled", { type: "cancelTransfer", ...ann }, [consults, alone], [`CancelAtxfer Channel=${channels.ann}`]],
  [
    "CM20 joined",
    { type: "joinTransfer", ...ann },
    [consults, alone],
    [`PlayDTMF Channel=${channels.ann} Digit=* Receive=true`, `PlayDTMF Channel=${channels.ann} Digit=5 Receive=true`],
  ],
])("%s", (_title, command, events, expected) => {
  expect(planned(command, events)).toEqual(expected);
});

it("CM24 an originated call that rings is picked up by its Uniqueid", () => {
  expect(planned({ type: "pickup", agent: "1005", of: "1004" }, [], "pbxis-3")[1]).toMatch(
    /Variable=PBXIS_CHANNEL=a1004-pbxis-3$/,
  );
});

it.each<[object, readonly Untimed[], RegExp]>([
  [{ type: "sendDigits", agent: "1004", digits: "5" }, [], /^not_found/],
  [{ type: "mute", agent: "1002" }, [], /^several_calls/],
  [{ type: "mute", agent: "1003" }, [], /^not_found/],
  [{ type: "mute", ...ann, callId: "2" }, [], /^not_found: .*no longer has this call/],
  [{ type: "spy", ...ann, supervisor: "1001", mode: "listen" }, [], /^bad_request/],
  [{ type: "pickup", agent: "1005", of: "1001" }, [], /^not_found/],
  [{ type: "pickup", agent: "1003", of: "1003" }, [], /^bad_request/],
  // Before the third party is called, the hang-up would end the call with the caller.
  [{ type: "completeTransfer", ...ann }, [consults], /^not_found/],
  [{ type: "cancelTransfer", ...ann }, [], /^not_found/],
  [{ type: "completeTransfer", ...ann, callId: "2" }, [consults, alone], /^not_found: .*another call/],
  [{ type: "cancelTransfer", ...ann, to: "8" }, [consults, alone], /^not_found: .*another call/],
  [{ type: "attendedTransfer", ...ann, to: "1009" }, [consults], /^conflict/],
])("CM10 %o is refused", (command, events, expected) => {
  expect(planned(command, events)[0]).toMatch(expected);
});

it("CM20 is off until a setting says otherwise", () => {
  const { settings } = sampleContext();
  const context = sampleContext({ settings: { ...settings, attendedTransfer: false } });
  const plan = planCommand({ type: "attendedTransfer", ...ann, to: "1009" }, reach, context);
  expect(plan).toMatchObject({ outcome: { error: { code: "not_permitted", message: /PBXIS_ATTENDED_TRANSFER=on/ } } });
});

/** CM1 by a client's commands: what rings, what arrives, and what is told of a call that does not come about. */
import type { Stage } from "../stage.ts";
import { commanded, done, expectThat, failed, originateFailed } from "./commanding.ts";
import type { Scenario } from "./scenario.ts";

const dialed = "914155557777";

/** How often the client of the chain that commands was told of it. */
function toldFailures({ observers }: Stage, actionId: string): number {
  const least = observers.find(({ account }) => account === "least") ?? observers[0];
  const told = least?.client.record.occurrences ?? [];
  return told.filter((event) => event.type === "originateFailed" && event.actionId === actionId).length;
}

function unanswered(
  name: string,
  reason: string,
  prepare: (stage: Stage) => Promise<void> | void,
  waitMs = 300,
): Scenario {
  return {
    name: `CM1 originate: ${name} (EV7)`,
    play: async (stage) => {
      await prepare(stage);
      const command = { type: "originate", agent: "1001", to: "1005", timeoutSeconds: 1 };
      const { result } = await commanded(stage, command, done({ actionId: /^pbxis-/ }));
      await stage.pause(waitMs);
      stage.phone("1001").refuse(undefined);
      if (!stage.phone("1001").registered()) await stage.phone("1001").register();
      await stage.settled("afterwards");
      return {
        devicesMayBe: ["1001"],
        occurrences: [originateFailed(Reflect.get(result as object, "actionId"), reason)],
      };
    },
  };
}

export const originates: readonly Scenario[] = [
  {
    name: "CM1 originate: variables and caller id arrive",
    play: async (stage) => {
      const variables = { CRM_NOTE: 'a,"b"\\c(d]; e=f', TICKET: "T-9 é", __PBXIS_CALL: "x" };
      const command = { type: "originate", agent: "1001", to: dialed, callerId: '"Click, Dial" <4711>', variables };
      await commanded(stage, command, done({ actionId: /^pbxis-/ }));
      const agent = await stage.phone("1001").rings();
      expectThat(
        "the agent's phone shows the caller id",
        agent.peer.number === "4711" && agent.peer.name === "Click, Dial",
      );
      const channel = await stage.channelOf("1001");
      for (const [name, value] of Object.entries(variables)) {
        const told = await stage.ami().action("Getvar", { Channel: channel, Variable: name.replace(/^__/, "") });
        expectThat(`${name} is ${value}, not ${told.Value}`, told.Value === value);
      }
      await stage.pause(300);
      await agent.answer();
      const outside = await stage.carrier.rings();
      await stage.pause(300);
      await outside.answer();
      await stage.settled("they talk", { shows: { "1001": { number: dialed, queue: null } } });
      await stage.pause(300);
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1001": [dialed, null] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  unanswered("busy", "busy", (stage) => stage.phone("1001").refuse(486)),
  unanswered("declined", "declined", (stage) => stage.phone("1001").refuse(603)),
  unanswered("no answer", "noAnswer", () => undefined, 1500),
  unanswered("unreachable", "unreachable", (stage) => stage.phone("1001").unregister()),
  {
    name: "CM1 originate: to nowhere, and by an agent who does not exist",
    play: async (stage) => {
      const nowhere = { type: "originate", agent: "1001", to: "4242" };
      const { error } = await commanded(stage, nowhere, failed(502, "asterisk_refused", /extension/i));
      const { result } = await commanded(stage, { type: "originate", agent: "9999", to: "1005" }, done());
      await stage.settled("afterwards");
      const failure = String(Reflect.get(error as object, "actionId"));
      expectThat("the refused one is told once at its site", toldFailures(stage, failure) === 1);
      return {
        occurrences: [
          // Asterisk says nothing of one that it refuses at once; only the connector that asked can tell it.
          originateFailed(Reflect.get(result as object, "actionId"), "unreachable"),
        ],
        occurrencesMayBe: [originateFailed(failure, "failed")],
      };
    },
  },
];

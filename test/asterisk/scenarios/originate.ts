/** CM1 by a client's commands: what rings, what arrives, and what is told of a call that does not come about. */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, originateFailed } from "./expect-command.ts";
import type { Scenario } from "./scenario.ts";

const dialed = "914155557777";

/** How often the client of the chain that commands was told of it. */
function toldFailures({ observers }: TestBed, actionId: string): number {
  const least = observers.find(({ account }) => account === "least") ?? observers[0];
  const told = least?.client.record.occurrences ?? [];
  return told.filter((event) => event.type === "originateFailed" && event.actionId === actionId).length;
}

function unanswered(
  name: string,
  reason: string,
  prepare: (bed: TestBed) => Promise<void> | void,
  waitMs = 300,
): Scenario {
  return {
    name: `CM1 originate: ${name} (EV7)`,
    run: async (bed) => {
      await prepare(bed);
      const command = { type: "originate", agent: "1001", to: "1005", timeoutSeconds: 1 };
      const { result } = await expectCommand(bed, command, done({ actionId: /^pbxis-/ }));
      await bed.pause(waitMs);
      bed.phone("1001").reject(undefined);
      if (!bed.phone("1001").registered()) await bed.phone("1001").register();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const variables = { CRM_NOTE: 'a,"b"\\c(d]; e=f', TICKET: "T-9 é", __PBXIS_CALL: "x" };
      const command = { type: "originate", agent: "1001", to: dialed, callerId: '"Click, Dial" <4711>', variables };
      await expectCommand(bed, command, done({ actionId: /^pbxis-/ }));
      const agent = await bed.phone("1001").rings();
      expectThat(
        "the agent's phone shows the caller id",
        agent.peer.number === "4711" && agent.peer.name === "Click, Dial",
      );
      const channel = await bed.channelOf("1001");
      for (const [name, value] of Object.entries(variables)) {
        const told = await bed.ami().action("Getvar", { Channel: channel, Variable: name.replace(/^__/, "") });
        expectThat(`${name} is ${value}, not ${told.Value}`, told.Value === value);
      }
      await bed.pause(300);
      await agent.answer();
      const callerLeg = await bed.carrier.rings();
      await bed.pause(300);
      await callerLeg.answer();
      await bed.expectStates("they talk", { shows: { "1001": { number: dialed, queue: null } } });
      await bed.pause(300);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [dialed, null] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  unanswered("busy", "busy", (bed) => bed.phone("1001").reject(486)),
  unanswered("declined", "declined", (bed) => bed.phone("1001").reject(603)),
  unanswered("no answer", "noAnswer", () => undefined, 1500),
  unanswered("unreachable", "unreachable", (bed) => bed.phone("1001").unregister()),
  {
    name: "CM1 originate: to nowhere, and by an agent who does not exist",
    run: async (bed) => {
      const nowhere = { type: "originate", agent: "1001", to: "4242" };
      const { error } = await expectCommand(bed, nowhere, failed(502, "asterisk_refused", /extension/i));
      const { result } = await expectCommand(bed, { type: "originate", agent: "9999", to: "1005" }, done());
      await bed.expectStates("afterwards");
      const failure = String(Reflect.get(error as object, "actionId"));
      expectThat("the refused one is told once at its site", toldFailures(bed, failure) === 1);
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

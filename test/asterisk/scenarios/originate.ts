/** CM1: originate as a client's command, the calls that it makes, and what is published of failed ones. */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectThat, failed, fieldOf, originateFailed } from "./expect-command.ts";
import { device, hangUp, type Scenario } from "./scenario.ts";

const dialed = "914155557777";

/** How often the client of the chain that carries commands received the failure. */
function receivedFailures({ observers }: TestBed, actionId: string): number {
  const observer = observers.find(({ account }) => account === "least") ?? observers[0];
  const occurrences = observer?.client.record.occurrences ?? [];
  return occurrences.filter((event) => event.type === "originateFailed" && event.actionId === actionId).length;
}

function failedOriginate(
  what: string,
  reason: string,
  prepare: (bed: TestBed) => Promise<void> | void,
  waitMs = 300,
): Scenario {
  return {
    name: `EV7 CM1 originate to ${what} fails with the reason ${reason}`,
    run: async (bed) => {
      await prepare(bed);
      const command = { type: "originate", agent: "1001", to: "1005", timeoutSeconds: 1 };
      const { result } = await expectCommand(bed, command, done({ actionId: /^pbxis-/ }));
      await bed.pause(waitMs);
      bed.phone("1001").reject(undefined);
      if (!bed.phone("1001").registered()) await bed.phone("1001").register();
      await bed.expectStates("after the failure");
      return {
        devicesMayBe: ["1001"],
        occurrences: [originateFailed(fieldOf(result, "actionId"), reason)],
      };
    },
  };
}

export const originates: readonly Scenario[] = [
  {
    name: "CM1 originate sets the caller id and the channel variables",
    run: async (bed) => {
      const variables = { CRM_NOTE: 'a,"b"\\c(d]; e=f', TICKET: "T-9 é", __CRM_CALL: "x" };
      const command = { type: "originate", agent: "1001", to: dialed, callerId: '"Click, Dial" <4711>', variables };
      await expectCommand(bed, command, done({ actionId: /^pbxis-/ }));
      const agentLeg = await bed.phone("1001").rings();
      const { number, name: callerName } = agentLeg.peer;
      expectThat("the agent's phone shows the caller id", number === "4711" && callerName === "Click, Dial");
      const channel = await bed.channelOf("1001");
      for (const [name, value] of Object.entries(variables)) {
        const getVariable = { Channel: channel, Variable: name.replace(/^__/, "") };
        const response = await bed.ami().action("Getvar", getVariable);
        expectThat(`${name} is ${value}, not ${response.Value}`, response.Value === value);
      }
      await bed.pause(300);
      await agentLeg.answer();
      const trunkLeg = await bed.carrier.rings();
      await bed.pause(300);
      await trunkLeg.answer();
      await bed.expectStates("talking", { shows: { "1001": { number: dialed, queue: null } } });
      await bed.pause(300);
      await hangUp(bed, trunkLeg);
      return {
        numbers: { "1001": [dialed, null] },
        devices: { "1001": device.answers },
      };
    },
  },
  failedOriginate("a busy phone", "busy", (bed) => bed.phone("1001").reject(486)),
  failedOriginate("a phone that declines", "declined", (bed) => bed.phone("1001").reject(603)),
  failedOriginate("a phone that does not answer", "noAnswer", () => undefined, 1500),
  failedOriginate("an unregistered phone", "unreachable", (bed) => bed.phone("1001").unregister()),
  {
    name: "EV7 CM1 originate fails for an unknown extension and for an unknown agent",
    run: async (bed) => {
      const toNowhere = { type: "originate", agent: "1001", to: "4242" };
      const { error } = await expectCommand(bed, toNowhere, failed(502, "asterisk_refused", /extension/i));
      const { result } = await expectCommand(bed, { type: "originate", agent: "9999", to: "1005" }, done());
      await bed.expectStates("after the failures");
      const refused = String(fieldOf(error, "actionId"));
      expectThat("the refused originate is published once at its site", receivedFailures(bed, refused) === 1);
      return {
        occurrences: [originateFailed(fieldOf(result, "actionId"), "unreachable")],
        // Asterisk sends no event for an originate that it refuses at once. Only the connector that sent it can publish
        // it.
        occurrencesMayBe: [originateFailed(refused, "failed")],
      };
    },
  },
];

/** Phones of other kinds and names, and calls of more than two parties. */
import { answer, hangUp, type Scenario } from "../scenario.ts";
import { completed, interruptions, olga, rang } from "./steps.ts";

function chanSip(agent: "2001" | "2002", how: string): Scenario {
  const other = agent === "2001" ? "2002" : "2001";
  return {
    name: `EV13 freepbx: a phone of chan_sip answers a queue call ${how}`,
    only: "16",
    run: async (bed) => {
      bed.phone(other).reject(486);
      bed.carrier.call("409", olga);
      await answer(bed, agent);
      const talking = { shows: { [agent]: { ...olga, queue: "sipq" } } };
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await hangUp(bed);
      return {
        counts: { sipq: [1, 0] },
        numbers: { [agent]: [olga.number, null], [other]: rang },
        devicesMayBe: [agent, other],
        occurrences: [completed(agent, "sipq")],
      };
    },
  };
}

export const phones: readonly Scenario[] = [
  chanSip("2001", "that rings it directly"),
  chanSip("2002", "by a Local channel"),
  {
    name: "EV13 freepbx: in a conference an agent has a call with one of the others",
    run: async (bed) => {
      await bed.phone("1005").call("8000").until("up");
      await bed.expectStates("alone in the conference");
      await bed.phone("1006").call("8000").until("up");
      await bed.expectStates("two agents", { shows: { "1005": { number: "1006" }, "1006": { number: "1005" } } });
      const third = bed.carrier.call("8000", olga);
      await third.until("up");
      const inConference = { shows: { "1005": {}, "1006": {} } };
      await bed.expectStates("three", inConference);
      await interruptions["another connector"](bed);
      await bed.expectStates("still three", inConference);
      await bed.phone("1006").hangup();
      await bed.expectStates("an agent and the caller", { shows: { "1005": { ...olga } } });
      await bed.phone("1005").hangup();
      await hangUp(bed, third);
      return {
        numbers: { "1005": /^1006 .*null$/, "1006": /^1005 .*null$/ },
        devicesMayBe: ["1005", "1006"],
      };
    },
  },
];

/** Phones of other kinds and names, and calls of more than two parties. */
import { amiAction, answer, hangUp, parkingSpace, type Scenario } from "../scenario.ts";
import { completed, expectNoCall, interruptions, olga, rang, wazo } from "./steps.ts";

function chanSip(agent: "2001" | "2002", how: string): Scenario {
  const other = agent === "2001" ? "2002" : "2001";
  return {
    name: `EV13 freepbx: a phone of chan_sip answers a queue call ${how}, and transfers it`,
    only: "16",
    run: async (bed) => {
      bed.phone(other).reject(486);
      bed.carrier.call("409", olga);
      const agentLeg = await answer(bed, agent);
      const talking = { shows: { [agent]: { ...olga, queue: "sipq" } } };
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await agentLeg.refer("1004");
      await answer(bed, "1004");
      await bed.expectStates("the second agent talking", { shows: { "1004": { ...olga } } });
      await expectNoCall(bed, agent);
      await hangUp(bed);
      return {
        counts: { sipq: [1, 0] },
        numbers: { [agent]: [olga.number, null], [other]: rang, "1004": [olga.number, null] },
        devicesMayBe: [agent, other, "1004"],
        occurrences: [completed(agent, "sipq")],
      };
    },
  };
}

export const phones: readonly Scenario[] = [
  chanSip("2001", "that rings it directly"),
  chanSip("2002", "by a Local channel"),
  {
    name: "EV13 freepbx: an agent who is parked beside another call has none, whenever the connector starts",
    run: async (bed) => {
      for (const [from, to] of [
        ["1005", "1006"],
        ["1003", "1004"],
      ] as const) {
        const call = bed.phone(from).call(to);
        await answer(bed, to);
        await call.until("up");
        const shows = { [from]: { number: to }, [to]: { number: from } };
        await bed.expectStates(`${from} and ${to} talk`, { shows });
        const parked = bed.ami().event("the call is parked", ({ Event }) => Event === "ParkedCall");
        await amiAction(bed, "Park", { Channel: await bed.channelOf(to), Timeout: "60000" });
        await parked;
        await bed.phone(from).hangupAll();
        await bed.expectStates(`${to} is parked`);
      }
      for (const agent of ["1004", "1006"]) await expectNoCall(bed, agent);
      await interruptions["another connector"](bed);
      await bed.expectStates("still parked");
      for (const agent of ["1004", "1006"]) await expectNoCall(bed, agent);
      const fetch = bed.phone("1010").call(parkingSpace);
      await fetch.until("up");
      await bed.expectStates("one is fetched", { shows: { "1010": { number: "1006" }, "1006": { number: "1010" } } });
      await hangUp(bed, fetch);
      await hangUp(bed, bed.phone("1004"));
      return {
        numbers: {
          "1003": ["1004", null],
          "1004": ["1003", null],
          "1005": ["1006", null],
          "1006": ["1005", null, "1010", null],
          "1010": ["1006", null],
        },
        devicesMayBe: ["1003", "1004", "1005", "1006", "1010", "alice.smith", ...wazo],
        occurrences: [
          { type: "parkedCall", callerId: "1006", parkingSpace, channel: /^PJSIP\/1006-/ },
          { type: "parkedCall", callerId: "1004", parkingSpace: "702", channel: /^PJSIP\/1004-/ },
          { type: "unParkedCall", callerId: "1006", parkingSpace, channel: /^PJSIP\/1006-/ },
          { type: "parkedCallGiveUp", callerId: "1004", parkingSpace: "702", channel: /^PJSIP\/1004-/ },
        ],
      };
    },
  },
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

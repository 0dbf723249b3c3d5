/** EV8, EV22: the events and the states of parked calls. */
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  parkingEvent,
  startOfTime,
  type Untimed,
} from "../../testing/model-samples.ts";

const channel = "PJSIP/trunk-00000001";
const ends = ["unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"] as const;
const parked = parkingEvent("parkedCall", channel, { callerId: "+14155550100" });
const occupied = {
  type: "parkedCallState",
  parkingLot: "default",
  parkingSpace: "701",
  channel,
  callerId: "+14155550100",
  since: startOfTime(),
};
const empty = { ...occupied, channel: null, callerId: null, since: null };
const listed: Untimed = { ...parked, listed: true, parkedSeconds: 12 } as Untimed;
const started: Untimed = { kind: "regenerationStarted" };
const listedChannel: Untimed = {
  kind: "coreShowChannel",
  durationSeconds: 0,
  ...facts(channel),
  state: 6,
  application: "Park",
  applicationData: "",
  bridgeId: "lot",
};

describe("EV8, EV22 parked calls", () => {
  it.each(ends)("a call is in its space until %s", (kind) => {
    const tested = createTestModel();
    expect(tested.receive(parked)).toMatchObject([occupied, { type: "parkedCall", channel, parkingSpace: "701" }]);
    expect(tested.receive(parkingEvent(kind, channel))).toMatchObject([empty, { type: kind, channel }]);
    expect(tested.collator.snapshot()).toEqual([]);
  });

  it("the same space of another parking lot is another state", () => {
    const other = parkingEvent("parkedCall", "PJSIP/trunk-00000002", { parkingLot: "sales" });
    const tested = createTestModel();
    tested.receive(parked, other, parkingEvent("unParkedCall", channel));
    expect(tested.collator.snapshot()).toMatchObject([{ parkingLot: "sales", channel: "PJSIP/trunk-00000002" }]);
  });

  it("an attended transfer to a space replaces the phone by the caller, who has been parked since then", () => {
    const tested = createTestModel();
    tested.receive(parkingEvent("parkedCall", "PJSIP/1001-00000003"));
    tested.wait(2000);
    const { kind: _, ...swapped } = parked as Untimed & { kind: "parkedCall" };
    expect(tested.receive({ ...swapped, kind: "parkedCallSwap" } as Untimed)).toMatchObject([occupied]);
  });
});

describe("EV22 a new connection", () => {
  it("learns of parked calls from a list, which is no occurrence, and keeps the exact time of a known one", () => {
    const fresh = createTestModel([listed]);
    expect(fresh.collator.snapshot()).toMatchObject([{ ...occupied, since: startOfTime() - 12_000 }]);
    const tested = createTestModel();
    tested.receive(parked);
    tested.wait(13_000);
    expect(tested.receive(started, listed, listedChannel, ...listsCompleted)).toEqual([]);
    expect(tested.collator.snapshot()).toMatchObject([occupied]);
  });

  it("ends what the list lacks", () => {
    const tested = createTestModel();
    tested.receive(parked);
    expect(tested.receive(started, listedChannel, ...listsCompleted)).toMatchObject([empty]);
  });

  it.each([
    { how: "keeps a call whose channel lives", channels: [listedChannel], expected: [] },
    { how: "ends a call whose channel is gone", channels: [], expected: [empty] },
  ])("$how if Asterisk refuses the list", ({ channels, expected }) => {
    const tested = createTestModel();
    tested.receive(parked);
    const completed = listsCompleted.map(
      (event): Untimed =>
        event.kind === "listCompleted" && event.list === "parking" ? { ...event, refused: true } : event,
    );
    expect(tested.receive(started, ...channels, ...completed)).toMatchObject(expected);
  });
});

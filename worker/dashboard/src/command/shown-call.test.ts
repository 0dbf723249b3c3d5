import type { CommandInput } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { callChange, changeOf, isSameCall, naming, partyOf, type ShownCall } from "./shown-call.ts";

const alice: ShownCall = { number: "555", name: "Alice", queueName: "support", callId: "c1", uniqueId: "u1" };
const bob: ShownCall = { number: "777", name: null, queueName: null, callId: "c1", uniqueId: "u2" };
const unidentified: ShownCall = { ...alice, uniqueId: null };

describe("the call that was shown", () => {
  it.each<[string, ShownCall | null, ShownCall | null, boolean]>([
    ["itself", alice, alice, true],
    ["another party, although Asterisk gives the call the same Linkedid", alice, bob, false],
    ["the same party with other details", alice, { ...alice, name: "Alice C.", callId: "c0" }, true],
    ["no call", alice, null, false],
    ["a call where there was none", null, alice, false],
    ["still none", null, null, true],
    ["the same Linkedid and number, as long as the party's channel is not known", unidentified, alice, true],
    ["another number, as long as the party's channel is not known", unidentified, { ...bob, uniqueId: null }, false],
  ])("compared with %s", (_what, shown, now, isSame) => {
    expect(isSameCall(shown, now)).toBe(isSame);
    expect(callChange(shown, now, "Ann") === null).toBe(isSame);
  });

  it("has ended, or is another one", () => {
    expect(callChange(alice, null, "Ann")).toBe("The call with Alice 555 has ended. Nothing was done.");
    expect(callChange(alice, bob, "Ann")).toBe(
      "The call with Alice 555 is over: Ann now has another call with 777. Nothing was done.",
    );
    expect(callChange(null, bob, "Ann")).toBe("Ann now has another call with 777. Nothing was done.");
  });

  it("CM10 is named in commands about calls, and in no others", () => {
    const hangup: CommandInput = { type: "hangup", agent: "1001" };
    expect(naming(hangup, alice)).toEqual({ ...hangup, uniqueId: "u1" });
    expect(naming(hangup, unidentified)).toEqual({ ...hangup, callId: "c1" });
    expect(naming({ ...hangup, callId: "old", uniqueId: "old" }, bob)).toEqual({ ...hangup, uniqueId: "u2" });
    expect(naming({ ...hangup, uniqueId: "old" }, null)).toEqual(hangup);
    const pause: CommandInput = { type: "queuePause", agent: "1001" };
    expect(naming(pause, alice)).toBe(pause);
  });

  it("CM20 CM24 ends of a transfer and pickups are named by what stays the same", () => {
    const consulting = { ...bob, uniqueId: null, consulting: "1005" };
    const complete: CommandInput = { type: "completeTransfer", agent: "1001" };
    expect(naming(complete, consulting)).toEqual({ ...complete, callId: "c1", to: "1005" });
    expect(naming(complete, null)).toEqual(complete);
    const pickup: CommandInput = { type: "pickup", agent: "1001", of: "1002" };
    expect(naming(pickup, alice)).toEqual({ ...pickup, callId: "c1" });
    expect(naming(pickup, { ...alice, callId: null })).toEqual(pickup);
  });

  it("CM7 a waiting caller is the same as long as the caller waits", () => {
    const move: CommandInput = { type: "moveCaller", queue: "support", uniqueId: "u1", to: "5002" };
    expect(naming(move, alice)).toBe(move);
    expect(changeOf(move, alice, alice, "")).toBeNull();
    expect(changeOf(move, alice, null, "")).toBe("Alice 555 is no longer waiting in support. Nothing was done.");
    expect(changeOf({ type: "queueReset" }, null, alice, "")).toBeNull();
  });

  it("names the other party by name and number", () => {
    expect(partyOf(alice)).toBe("Alice 555");
    expect(partyOf({ number: "unknown", name: null })).toBe("number withheld");
    expect(partyOf({ number: "555", name: "555" })).toBe("555");
  });
});

import { createHmac } from "node:crypto";
import { ConnectorEvent, type Redaction as Modes, type Outcome, type SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedaction } from "./redaction.ts";
import { startRedaction } from "./start.ts";

const key = "k".repeat(32);
const nothing: Modes = { numbers: "none", names: "none", recordings: "none" };
const everything: Modes = { numbers: "all", names: "all", recordings: "all" };

function redactionOf(modes: Partial<Modes>, agents: readonly string[] = []) {
  return startRedaction({ modes: { ...nothing, ...modes }, key }, "hq", (id) => agents.includes(id));
}

describe("RD1 numbers", () => {
  const digest = createHmac("sha256", key).update("hq:14155550100").digest("hex");
  const hash = `#${digest.slice(0, 12)}`;

  it.each([
    ["last4", "+14155550100", "…0100"],
    ["last4", "+12345", "…"],
    ["last4", "anonymous", "…"],
    ["hash", "+14155550100", hash],
    ["hash", "14155550100", hash],
    ["all", "+14155550100", "hidden"],
    ["none", "+14155550100", "+14155550100"],
  ] as const)("%s: %s is shown as %s", (numbers, given, shown) => {
    expect(redactionOf({ numbers }).values.number(given)).toBe(shown);
  });

  it.each(["last4", "hash", "all"] as const)("%s: internal numbers, agents' ids and `unknown` stay", (numbers) => {
    const { values } = redactionOf({ numbers }, ["+14155550177"]);
    for (const number of ["10", "1001", "123456", "+14155550177", "unknown", ""])
      expect(values.number(number)).toBe(number);
  });

  it("two sites with one key do not share values", () => {
    const other = startRedaction({ modes: { ...nothing, numbers: "hash" }, key }, "north");
    expect(other.values.number("+14155550100")).not.toBe(hash);
  });
});

describe("RD1 names", () => {
  it.each([
    ["initials", "Alice Caller", "A. C."],
    ["initials", "Ana-Marija Š. Kovač", "A. Š. K."],
    ["initials", "+14155550100", "hidden"],
    ["initials", "a b c d e f g", "a. b. c. d. e."],
    ["all", "Alice Caller", "hidden"],
  ] as const)("%s: %s is shown as %s", (names, given, shown) => {
    expect(redactionOf({ names }).values.name(given)).toBe(shown);
  });

  it.each([
    ["+1 (415) 555-0100", "…0100"],
    ["Alice 14155550100", "Alice …0100"],
    ["Alice (415) 555-0100 CA", "Alice …0100 CA"],
    ["Extension 1001", "Extension 1001"],
  ])("a number in the name of the caller %s is redacted as a number", (given, shown) => {
    expect(redactionOf({ numbers: "last4" }).values.name(given)).toBe(shown);
  });
});

describe("RD1 recordings", () => {
  const path = "/monitor/2026/11/29/q-5001-+14155550100-1763889990.42.wav";

  it("`name` hashes the last part of the path and keeps its kind; `all` hides the path", () => {
    const shown = redactionOf({ recordings: "name" }).values.recording(path);
    expect(shown).toMatch(/^\/monitor\/2026\/11\/29\/#[0-9a-f]{12}\.wav$/);
    expect(redactionOf({ recordings: "all" }).values.recording(path)).toBe(null);
    expect(redactionOf({}).values.recording(path)).toBe(path);
  });

  it("a number in a folder's name is redacted as a number", () => {
    const { values } = redactionOf({ numbers: "all", recordings: "name" });
    expect(values.recording("/monitor/+14155550100/a.wav")).toMatch(/^\/monitor\/hidden\/#/);
  });
});

describe("RD1 channels and texts", () => {
  it.each([
    ["PJSIP/trunk-00000012", "PJSIP/trunk-00000012"],
    ["PJSIP/1001-0000002a", "PJSIP/1001-0000002a"],
    ["Local/+14155550100@out-00000012;1", "Local/...0100@out-00000012;1"],
    ["DAHDI/i1/4155550100-3", "DAHDI/i1/...0100-3"],
    ["SIP/gw_4155550100-0000001a", "SIP/gw_...0100-0000001a"],
  ])("the channel %s is shown as %s, free of characters that a command may not have", (channel, shown) => {
    expect(redactionOf({ numbers: "last4" }).values.channel(channel)).toBe(shown);
  });

  it.each([
    ["Asterisk refused: +14155550100 is busy", "Asterisk refused: hidden is busy"],
    ["the call 1763889990.42 of PJSIP/trunk-00000012", "the call 1763889990.42 of PJSIP/trunk-00000012"],
    ["member DAHDI/g1/4155550100 is left out", "member DAHDI/g1/hidden is left out"],
    ["agent 1001 has no such call", "agent 1001 has no such call"],
  ])("of the text %s the numbers are hidden", (text, shown) => {
    expect(redactionOf({ numbers: "all" }).values.text(text)).toBe(shown);
  });
});

/** Numbers and names that are external and easy to find. */
const number = fc.stringMatching(/^\+?[1-9]\d{7,12}$/);
const name = fc.stringMatching(/^[A-Z][a-z]{3,8} [A-Z][a-z]{3,8}$/);
const secrets = fc.record({ number, name });
const id = "1763889990.42";
const at = 1_763_889_990_000;

/** Every event type that has something to hide. */
function eventsWith({ number: secret, name: person }: { number: string; name: string }): SiteEvent[] {
  const ids = { callId: id, uniqueId: id };
  const shown = { number: secret, name: person };
  const channel = `Local/${secret}@out-00000012;1`;
  const path = `/monitor/q-5001-${secret}-1001.wav`;
  const parked = { parkingSpace: "701", channel, callerId: secret, at };
  const ended = { outcome: "answered", agent: "1001", waitTime: 1, position: 1, originalPosition: 1, since: at };
  return [
    { type: "phoneNumber", agent: "1001", ...shown, queueName: "support", ...ids, ...inCall(secret), at },
    { type: "queueCallEnded", queue: "support", ...ids, ...ended, ...shown, at },
    { type: "queueCallers", queue: "support", count: 1, callers: [{ ...ids, ...shown, ...waiting }], at },
    { type: "agentComplete", agent: "1001", uniqueId: id, ...talk, recording: path, at },
    { type: "parkedCall", ...parked },
    { type: "unParkedCall", ...parked },
    { type: "parkedCallTimeOut", ...parked },
    { type: "parkedCallGiveUp", ...parked },
    { type: "parkedCallState", parkingLot: "default", since: at, ...parked },
  ].map((event) => ConnectorEvent.parse(event));
}
const inCall = (consulting: string) => ({ recording: "on", muted: null, consulting }) as const;
const waiting = { since: at, priority: null, ringing: [] };
const talk = { talkTime: 1, holdTime: 1, queueName: "support", reason: "caller" };
const hiding = ["number", "name", "consulting", "recording", "channel", "callerId", "callers"];

describe("RD1 events", () => {
  const modes = fc.record<Modes>({
    numbers: fc.constantFrom("last4", "hash", "all"),
    names: fc.constantFrom("initials", "all"),
    recordings: fc.constantFrom("name", "all"),
  });

  it("no number and no name is left in any event, and every other field is as it was", () => {
    fc.assert(
      fc.property(secrets, modes, (given, chosen) => {
        for (const event of eventsWith(given)) {
          const shown = redactionOf(chosen).event(event);
          const text = JSON.stringify(shown);
          expect(text).not.toContain(given.number.replace("+", ""));
          for (const part of given.name.split(" ")) expect(text).not.toContain(part);
          const rest = (one: SiteEvent) => Object.entries(one).filter(([field]) => !hiding.includes(field));
          expect(rest(shown)).toEqual(rest(event));
          expect(ConnectorEvent.parse(shown)).toEqual(shown);
        }
      }),
    );
  });

  it("what was redacted is not redacted again, so that a spool may be read by any process", () => {
    // A digest without a letter is taken for a number: see the next test.
    const digest = (text: string) => `a${Buffer.from(text).toString("hex").padEnd(12, "0")}`;
    fc.assert(
      fc.property(secrets, modes, (given, chosen) => {
        const { events } = createRedaction(chosen, { digest, isAgent: () => false });
        const once = events(eventsWith(given));
        expect(events(once)).toEqual(once);
      }),
    );
  });

  it("a caller's number is not taken for a redacted one", () => {
    expect(redactionOf({ numbers: "hash" }).values.number("#491511234567")).toMatch(/^#[0-9a-f]{12}$/);
    expect(redactionOf({ numbers: "hash" }).values.number("#491511234567")).not.toBe("#491511234567");
    expect(redactionOf({ numbers: "last4" }).values.number("#5f3c9a0b12de")).toBe("…");
  });

  it("without redaction events are the same objects", () => {
    const events = eventsWith({ number: "+14155550100", name: "Alice Caller" });
    expect(redactionOf({}).events(events)).toBe(events);
  });
});

describe("RD1 outcomes, and what the agent pattern leaves out", () => {
  const { outcome, leftOut } = redactionOf(everything);
  const channel = "Local/+14155550100@out-00000012;1";
  const candidate = { agentChannel: "PJSIP/1001-0000002a", bridgedChannel: channel, callerId: "+14155550100" };

  it.each<[string, Outcome]>([
    ["a refusal's candidates", failed({ candidates: [candidate] })],
    ["what Asterisk says", failed({}, "Asterisk refused: no +14155550100")],
    ["an unknown outcome", { status: "unknown", error: { code: "outcome_unknown", message: "of 4155550100" } }],
    ["a result", { status: "done", result: { channel, calls: [candidate] } }],
  ])("%s has no number", (_what, given) => {
    expect(JSON.stringify(outcome(given))).not.toContain("4155550100");
  });

  it("devices", () => {
    const phones = [{ device: "DAHDI/g1/4155550100", extension: null }];
    const members = [{ queue: "support", memberInterface: "DAHDI/g1/4155550100" }];
    const shown = leftOut({ setting: "PBXIS_AGENT_PATTERN", members, phones, more: 0 });
    expect([shown.phones[0]?.device, shown.members[0]?.memberInterface]).toEqual([
      "DAHDI/g1/hidden",
      "DAHDI/g1/hidden",
    ]);
  });
});

function failed(details: object, message = "several"): Outcome {
  return { status: "failed", error: { code: "several_calls", message, ...details } };
}

describe("RD2 a command names a channel as it was seen", () => {
  const channels = ["Local/+14155550100@out-00000012;1", "Local/+14155550100@out-00000012;2", "PJSIP/1001-0000002a"];
  const find = (fits: (name: string) => boolean) => {
    const [found, another] = channels.filter(fits);
    return found && another === undefined ? found : null;
  };
  const sent = (channel: string) =>
    ({
      type: "command",
      id: "a",
      deadlineAt: at,
      reach: { agents: "*", queues: "*" },
      command: hangUp(channel),
    }) as const;
  const hangUp = (channel: string) => ({ type: "hangup", channel }) as const;

  it.each(["last4", "hash", "all"] as const)("%s", (numbers) => {
    const { restore, values } = redactionOf({ numbers });
    for (const channel of channels)
      expect(restore(sent(values.channel(channel)), find).command).toEqual(hangUp(channel));
  });

  it("a channel's own name is understood, and one that nobody has stays as it is", () => {
    const { restore } = redactionOf(everything);
    for (const channel of [...channels, "Local/hidden@out-00000013;1"])
      expect(restore(sent(channel), find).command).toEqual(hangUp(channel));
  });
});

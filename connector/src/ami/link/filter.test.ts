import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { isDeviceAuthoritative } from "../event/narrowing.ts";
import { amiEventNames } from "../event/needed.ts";
import { encodeAction } from "./action.ts";
import { eventFilters, eventMask, managerConf } from "./filter.ts";
import { neededClasses } from "./rights.ts";

/** The expressions differ from JavaScript's only in POSIX classes, and in that a dot matches line ends. */
const matches = (filter: string, text: string) =>
  new RegExp(filter.replaceAll("[[:space:]]", "\\s").replaceAll("[[:cntrl:]]", "\\p{Cc}"), "su").test(text);
/** An event passes if an including filter matches and no excluding one does. */
const passes = (text: string) =>
  eventFilters().some((filter) => !filter.startsWith("!") && matches(filter, text)) &&
  !eventFilters().some((filter) => filter.startsWith("!") && matches(filter.slice(1), text));

const event = (name: string, ...lines: string[]) =>
  `${[`Event: ${name}`, "Privilege: x,all", ...lines].join("\r\n")}\r\n`;
const phone = [
  "Channel: PJSIP/1001-0000000a",
  "ChannelState: 6",
  "ChannelStateDesc: Up",
  "CallerIDNum: 1001",
  "ConnectedLineNum: +14155550100",
];

describe("server-side filters", () => {
  it("pass every event that the model uses", () => {
    for (const name of amiEventNames)
      expect([name, passes(event(name, "BridgeNumChannels: 2", ...phone, "Device: PJSIP/1001"))]).toEqual([name, true]);
  });

  it.each([
    ["an unused event", event("Newexten", "AppData: x")],
    ["an event whose name begins like a used one", event("HangupHandlerRun", ...phone)],
    ["the name of a used event in another event's value", event("UserEvent", "X: Event: Hangup", "Event: Hangup")],
    ["a device that is no phone", event("DeviceStateChange", "Device: Queue:support_avail")],
    ["a hint's state that DeviceStateChange gives, too", event("ExtensionStatus", "Hint: PJSIP/1001", "Status: 8")],
    ["a connected line while ringing", event("NewConnectedLine", phone[0] ?? "", "ChannelStateDesc: Ringing")],
  ])("exclude %s", (_what, text) => {
    expect(passes(text)).toBe(false);
  });

  it.each(["16", "22"])("the event mask has exactly the classes of the used events in Asterisk %s", (version) => {
    const folder = new URL(`../../../../test/trace/recorded/${version}/`, import.meta.url);
    const needed = new Set<string>();
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".ami.gz"))) {
      const text = gunzipSync(readFileSync(new URL(file, folder))).toString("latin1");
      for (const [, name = "", eventClass = ""] of text.matchAll(/^Event: (\w+)\r\nPrivilege: (\w+),/gm))
        if (amiEventNames.includes(name)) needed.add(eventClass);
    }
    expect([...needed].sort()).toEqual(eventMask.split(",").sort());
  });

  it("each fit into one line of AMI", () => {
    for (const filter of eventFilters())
      expect(encodeAction("Filter", "pbxis-1", [["Filter", filter]])).toMatchObject({ ok: true });
  });

  it("are in the account for manager.conf, which has the rights that the commands need", () => {
    const text = managerConf("pbxis");
    for (const filter of eventFilters()) expect(text).toContain(`eventfilter = ${filter}\n`);
    expect(text).toContain("read = system,call,agent\n");
    expect(text).toContain(`write = ${neededClasses.join(",")}\n`);
    expect(text.match(/^write = .*$/gm)).toHaveLength(1);
  });
});

const bridge = (type: string, left: number) =>
  `BridgeUniqueid: b\r\nBridgeType: ${type}\r\nBridgeNumChannels: ${left}\r\n`;
const line = (caller: string, connected: string) =>
  `Channel: PJSIP/x-00000001\r\nChannelStateDesc: Up\r\nCallerIDNum: ${caller}\r\nCallerIDName: x\r\nConnectedLineNum: ${connected}\r\n`;

const hint = (devices: string, status: number) =>
  `Exten: 1001\r\nContext: agents\r\nHint: ${devices}\r\nStatus: ${status}\r\nStatusText: x\r\n`;
const member = (device: string, status: number) =>
  `Queue: q\r\nMemberName: Ann\r\nInterface: x\r\nStateInterface: ${device}\r\nInCall: 0\r\nStatus: ${status}\r\nPaused: 0\r\n`;

it.each([
  ["DeviceStateChange", "Device: PJSIP/1001\r\nState: INUSE", true],
  ["DeviceStateChange", "Device: Queue:support_pause_PJSIP/1001\r\nState: INUSE", true],
  ["DeviceStateChange", "Device: Queue:support_avail\r\nState: INUSE", false],
  ["DeviceStateChange", "Device: PJSIP/trunk\r\nState: INUSE", false],
  ["BridgeLeave", `${bridge("basic", 0)}Channel: PJSIP/1001-00000001\r\n`, false],
  ["BridgeLeave", `${bridge("basic", 1)}Channel: PJSIP/1001-00000001\r\n`, false],
  ["BridgeLeave", `${bridge("basic", 2)}Channel: PJSIP/alice-00000001\r\n`, true],
  ["BridgeLeave", `${bridge("basic", 12)}Channel: PJSIP/alice-00000001\r\n`, true],
  ["BridgeLeave", `${bridge("basic", 2)}Channel: Local/1001@agents-00000001;1\r\n`, false],
  ["BridgeLeave", `${bridge("parking", 1)}Channel: PJSIP/1001-00000001\r\n`, true],
  ["BridgeLeave", `${bridge("base", 1)}Channel: PJSIP/1001-00000001\r\n`, true],
  ["NewConnectedLine", line("1001", "1002"), true],
  ["NewConnectedLine", line("1001", "+14155550100"), true],
  ["NewConnectedLine", line("+14155550100", "+14155550101"), true],
  ["NewConnectedLine", line("+14155550100", "<unknown>"), true],
  ["NewConnectedLine", line("+14155550100", "1001"), false],
  ["NewConnectedLine", line("1001", "1002").replace("Up", "Ringing"), false],
  ["MixMonitorStart", line("+14155550100", "1001"), true],
  ["MixMonitorStart", line("+14155550100", "<unknown>"), false],
  ["BridgeDestroy", bridge("basic", 0), true],
  ["ExtensionStatus", hint("PJSIP/1001", 8), false],
  ["ExtensionStatus", hint("PJSIP/1001", 0), false],
  ["ExtensionStatus", hint("PJSIP/1001", -1), true],
  ["ExtensionStatus", hint("PJSIP/ann", 8), true],
  ["ExtensionStatus", hint("PJSIP/1001&Custom:DND1001", 8), true],
  ["ExtensionStatus", hint("PJSIP/1001 & PJSIP/1002", 8), true],
  ["ExtensionStatus", hint("PJSIP/1001,CustomPresence:1001", 8), true],
  ["ExtensionStatus", hint("Local/1001@agents", 8), true],
  ["QueueMemberStatus", member("PJSIP/1001", 6), false],
  ["QueueMemberStatus", member("PJSIP/1001", 2), false],
  ["QueueMemberStatus", member("PJSIP/1001", 7), false],
  ["QueueMemberStatus", member("PJSIP/1001", 8), false],
  ["QueueMemberStatus", member("PJSIP/1001", 1), true],
  ["QueueMemberStatus", member("PJSIP/1001", 3), true],
  ["QueueMemberStatus", member("PJSIP/1001", 5), true],
  ["QueueMemberStatus", member("PJSIP/ann", 6), true],
  ["QueueMemberStatus", member("PJSIP/1001-mobile", 6), true],
  ["QueueMemberStatus", member("hint:1001@agents", 6), true],
  ["QueueMemberStatus", member("Local/1001@agents/n", 6), true],
])("of %s, %j passes the filters: %s", (name, text, isPassed) => {
  expect(passes(`Event: ${name}\r\nPrivilege: x,all\r\n${text}`)).toBe(isPassed);
});

it.each(["PJSIP/1001", "SIP/12", "SCCP/123456"])("the state of %s comes from DeviceStateChange alone", (device) => {
  expect(isDeviceAuthoritative(device)).toBe(true);
  expect(passes(event("DeviceStateChange", `Device: ${device}`, "State: RINGING"))).toBe(true);
});

it.each([
  "PJSIP/1",
  "PJSIP/1234567",
  "PJSIP/ann",
  "pjsip/1001",
  "Local/1001@agents",
  "PJSIP/1001&PJSIP/1002",
  "Custom:1001",
])("the state of %s comes from the membership and the hint", (device) =>
  expect(isDeviceAuthoritative(device)).toBe(false),
);

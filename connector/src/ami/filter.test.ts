import { describe, expect, it } from "vitest";
import { encodeAction } from "./action.ts";
import { amiEventNames } from "./event.ts";
import { eventFilters, managerConf } from "./filter.ts";
import { neededClasses } from "./rights.ts";

/** POSIX classes are the only thing in our expressions that JavaScript spells otherwise; a dot matches line ends there. */
const passes = (text: string) =>
  eventFilters().some((filter) => new RegExp(filter.replaceAll("[[:space:]]", "\\s"), "s").test(text));

const event = (name: string, ...lines: string[]) =>
  `${[`Event: ${name}`, "Privilege: x,all", ...lines].join("\r\n")}\r\n`;
const phone = ["Channel: PJSIP/1001-0000000a", "ChannelState: 6", "ChannelStateDesc: Up"];

describe("server-side filters", () => {
  it("let everything through that the model uses", () => {
    for (const name of amiEventNames)
      expect([name, passes(event(name, ...phone, "Device: PJSIP/1001"))]).toEqual([name, true]);
  });

  it.each([
    ["an event that nobody uses", event("Newexten", "AppData: x")],
    ["one whose name begins like a wanted one", event("HangupRequest", ...phone)],
    ["a wanted name inside another event's value", event("UserEvent", "X: Event: Hangup", "Event: Hangup")],
    ["a trunk's device", event("DeviceStateChange", "Device: Queue:support_avail")],
    ["a connected line while ringing", event("NewConnectedLine", phone[0] ?? "", "ChannelStateDesc: Ringing")],
  ])("keep away %s", (_what, text) => {
    expect(passes(text)).toBe(false);
  });

  it("fit into one line of AMI each", () => {
    for (const filter of eventFilters())
      expect(encodeAction("Filter", "pbxis-1", [["Filter", filter]])).toMatchObject({ ok: true });
  });

  it("are in the account for manager.conf, whose rights are those that the commands need", () => {
    const text = managerConf("pbxis");
    for (const filter of eventFilters()) expect(text).toContain(`eventfilter = ${filter}\n`);
    expect(text).toContain("read = system,call,agent\n");
    expect(text).toContain(`write = ${neededClasses.join(",")}\n`);
    expect(text.match(/^write = .*$/gm)).toHaveLength(1);
  });
});

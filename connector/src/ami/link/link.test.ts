import { describe, expect, it } from "vitest";
import { boot, type Dialog, denied, dialog, goLive, list, logIn, success } from "../../testing/ami-dialog.ts";
import {
  answerDeadlineMs,
  bootDeadlineMs,
  listDeadlineMs,
  pingAfterMs,
  requestDeadlineMs,
  silenceMs,
} from "./link-io.ts";

const ended = (one: Dialog) => one.outputs.filter((output) => output.kind === "ended");
const kinds = (one: Dialog) => one.outputs.map((output) => (output.kind === "event" ? output.event.kind : output.kind));

describe("login", () => {
  it("by MD5 challenge: the secret is never sent", () => {
    const one = dialog();
    logIn(one);
    expect(one.sent[1]).toMatchObject({ Action: "Login", AuthType: "MD5", Username: "pbxis", Key: "md5(123s3cret)" });
    expect(JSON.stringify(one.sent)).not.toContain('"s3cret"');
  });

  it("plain only if asked", () => {
    const one = dialog({ plainLogin: true });
    one.says("Asterisk Call Manager/5.0.4");
    expect(one.sent).toMatchObject([{ Action: "Login", Username: "pbxis", Secret: "s3cret" }]);
  });

  it("a refusal is told once, without the secret, and retried slowly", () => {
    const one = dialog();
    one.says("Asterisk Call Manager/11.0.0");
    one.answers("Challenge", [...success, "Challenge: 123"]);
    one.answers("Login", ["Response: Error", "Message: Authentication failed"]);
    expect(ended(one)).toMatchObject([{ retry: "slowly", reason: expect.stringContaining("Authentication failed") }]);
    expect(JSON.stringify(one.outputs)).not.toContain("s3cret");
  });

  it("what is not Asterisk is told as such", () => {
    const one = dialog();
    one.says("HTTP/1.1 400 Bad Request");
    expect(ended(one)).toMatchObject([{ retry: "slowly", reason: expect.stringContaining("not an Asterisk") }]);
  });

  it("whoever greets and then says nothing is given up", () => {
    const one = dialog();
    one.says("Asterisk Call Manager/11.0.0");
    one.tick(answerDeadlineMs);
    expect(ended(one)).toMatchObject([{ retry: "soon", reason: expect.stringContaining("in time") }]);
  });
});

describe("booting", () => {
  it.each(["1970-01-01", "1969-12-31"])("waits while Asterisk has no start time (%s), and asks again", (date) => {
    const one = dialog();
    logIn(one);
    one.answers("CoreStatus", [...success, `CoreStartupDate: ${date}`]);
    expect(one.link.phase).toBe("booting");
    one.tick(1000);
    one.answers("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
    expect(one.link.phase).toBe("filtering");
  });

  it("waits also while the module that would answer is not loaded, and no longer where it may not ask", () => {
    const one = dialog();
    logIn(one);
    one.answers("CoreStatus", ["Response: Error", "Message: Invalid/unknown command: CoreStatus."]);
    expect(one.link.phase).toBe("booting");
    one.tick(1000);
    one.answers("CoreStatus", denied);
    expect(one.link.phase).toBe("filtering");
  });

  it("FullyBooted ends the wait where the account may see it", () => {
    const one = dialog();
    logIn(one);
    one.says("Event: FullyBooted\r\nPrivilege: system,all\r\n");
    expect(one.link.phase).toBe("filtering");
  });

  it("has an end", () => {
    const one = dialog();
    logIn(one);
    one.answers("CoreStatus", [...success, "CoreStartupDate: 1970-01-01"]);
    for (let at = 1000; at <= bootDeadlineMs; at += 1000) {
      one.tick(at);
      if (one.link.phase === "booting") one.answers("CoreStatus", [...success, "CoreStartupDate: 1970-01-01"]);
    }
    expect(ended(one)).toMatchObject([{ retry: "soon" }]);
  });
});

describe("rights", () => {
  const rights = (one: Dialog) => one.outputs.filter((output) => output.kind === "rights");
  const told = ["ListCommands: List commands.  (Priv: <none>)", "Park: Park a channel.  (Priv: call,all)"];

  it("are asked for once, when all modules are loaded, and told", () => {
    const one = dialog();
    logIn(one);
    expect(one.sent.some(({ Action }) => Action === "ListCommands")).toBe(false);
    one.answers("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
    one.answers("ListCommands", [...success, ...told]);
    expect(rights(one)).toEqual([
      {
        kind: "rights",
        rights: new Map([
          ["ListCommands", []],
          ["Park", ["call"]],
        ]),
      },
    ]);
    expect(one.sent.filter(({ Action }) => Action === "ListCommands")).toHaveLength(1);
  });

  it.each([
    ["refused", (one: Dialog) => one.answers("ListCommands", denied)],
    ["answered without a list", (one: Dialog) => one.answers("ListCommands", success)],
    ["not answered at all", (one: Dialog) => one.tick(answerDeadlineMs)],
  ])("are not known where that is %s, which stops nothing", (_how, happen) => {
    const one = dialog();
    goLive(one);
    happen(one);
    expect(rights(one)).toEqual([]);
    expect(one.link.phase).toBe("live");
  });
});

describe("filters", () => {
  it("accepted: no mask is asked for", () => {
    const one = dialog();
    goLive(one);
    expect(one.sent.filter(({ Action }) => Action === "Filter").length).toBeGreaterThan(1);
    expect(one.sent.some(({ Action }) => Action === "Events")).toBe(false);
  });

  it("an account that may not filter asks for the classes it needs, once", () => {
    const one = dialog();
    boot(one);
    one.answerAll("Filter", denied);
    expect(one.sent.filter(({ Action }) => Action === "Events")).toMatchObject([{ EventMask: "system,call,agent" }]);
    expect(one.link.phase).toBe("lists");
  });
});

describe("regeneration", () => {
  it("passes items and live events on in their order, between the marks, and then is up", () => {
    const one = dialog();
    boot(one);
    one.answerAll("Filter", success);
    one.answers("QueueStatus", [...success, "EventList: start"]);
    one.says(
      "Event: QueueCallerLeave\r\nQueue: support\r\nCount: 0\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nChannel: PJSIP/t-1\r\n",
    );
    one.answers("QueueStatus", ["Event: QueueStatusComplete", "EventList: Complete"]);
    for (const action of ["CoreShowChannels", "ExtensionStateList", "DeviceStateList"]) list(one, action);
    expect(kinds(one)).toEqual([
      "regenerationStarted",
      "queueCallerLeave",
      "listCompleted",
      "listCompleted",
      "listCompleted",
      "listCompleted",
      "up",
    ]);
    expect(one.outputs.at(-1)).toMatchObject({ asteriskVersion: "22.10.1" });
  });

  it("goes on without hints and devices where they are refused, and says so", () => {
    const one = dialog();
    boot(one);
    one.answerAll("Filter", success);
    for (const action of ["ExtensionStateList", "DeviceStateList"]) one.answers(action, denied);
    for (const action of ["QueueStatus", "CoreShowChannels"]) list(one, action);
    expect(one.link.phase).toBe("live");
    expect(kinds(one).filter((kind) => kind === "warning")).toHaveLength(2);
  });

  it.each([
    ["refused", (one: Dialog) => one.answers("CoreShowChannels", denied), "slowly"],
    [
      "unknown yet",
      (one: Dialog) =>
        one.answers("QueueStatus", ["Response: Error", "Message: Invalid/unknown command: QueueStatus."]),
      "soon",
    ],
    ["never finished", (one: Dialog) => one.tick(listDeadlineMs), "soon"],
    [
      "complete, but half a list of hints has come",
      (one: Dialog) => {
        for (const action of ["QueueStatus", "CoreShowChannels", "DeviceStateList"]) list(one, action);
        one.answers("ExtensionStateList", [...success, "EventList: start"]);
        one.tick(listDeadlineMs);
      },
      "soon",
    ],
  ])("ends the connection where a needed list is %s", (_how, happen, retry) => {
    const one = dialog();
    boot(one);
    one.answerAll("Filter", success);
    happen(one);
    expect(ended(one)).toMatchObject([{ retry }]);
  });

  it("wishes during a regeneration become one more", () => {
    const one = dialog();
    goLive(one);
    for (let wish = 0; wish < 3; wish++) one.handle({ kind: "regenerate", at: 1 });
    for (const action of ["QueueStatus", "CoreShowChannels", "ExtensionStateList", "DeviceStateList"])
      list(one, action);
    expect(one.link.phase).toBe("lists");
    for (const action of ["QueueStatus", "CoreShowChannels", "ExtensionStateList", "DeviceStateList"])
      list(one, action);
    expect(one.link.phase).toBe("live");
    expect(one.sent.filter(({ Action }) => Action === "QueueStatus")).toHaveLength(3);
  });
});

describe("live", () => {
  it("asks after a dead peer, and gives it up", () => {
    const one = dialog();
    goLive(one);
    one.tick(pingAfterMs);
    one.tick(pingAfterMs + 1000);
    expect(one.sent.filter(({ Action }) => Action === "Ping")).toHaveLength(1);
    one.tick(silenceMs);
    expect(ended(one)).toMatchObject([{ retry: "soon", reason: expect.stringContaining("silent") }]);
  });

  it("an answered ping keeps it", () => {
    const one = dialog();
    goLive(one);
    for (let at = pingAfterMs; at < 10 * silenceMs; at += pingAfterMs) {
      one.tick(at);
      one.answers("Ping", [...success, "Ping: Pong"]);
    }
    expect(one.link.phase).toBe("live");
  });

  it("Shutdown ends it at once", () => {
    const one = dialog();
    goLive(one);
    one.says("Event: Shutdown\r\nShutdown: Cleanly\r\n");
    expect(ended(one)).toMatchObject([{ retry: "soon" }]);
  });

  it("an Asterisk that is going is no reason to wait for long", () => {
    const one = dialog();
    one.says("Asterisk Call Manager/11.0.0");
    one.answers("Challenge", ["Response: Error", "Message: Asterisk is shutting down"]);
    expect(ended(one)).toEqual([{ kind: "ended", reason: "Asterisk is shutting down", retry: "soon" }]);
  });

  it.each([
    [[...success, "Variable: MIXMONITOR_FILENAME", "Value: /r/1.wav"], "/r/1.wav"],
    [[...success, "Variable: MIXMONITOR_FILENAME", "Value: "], null],
    [["Response: Error", "Message: No such channel"], null],
  ])("a recording's path is asked and told (%#)", (answer, path) => {
    const one = dialog();
    goLive(one);
    one.handle({ kind: "getRecording", channel: "PJSIP/trunk-00000001", uniqueId: "1.1", at: 5 });
    one.answers("Getvar", answer);
    expect(one.outputs.at(-1)).toEqual({
      kind: "event",
      event: { kind: "recordingPath", uniqueId: "1.1", path, at: 0 },
    });
  });

  it("a channel's name with a line break asks nothing", () => {
    const one = dialog();
    goLive(one);
    const before = one.sent.length;
    one.handle({ kind: "getRecording", channel: "x\r\nAction: Logoff", uniqueId: "1.1", at: 5 });
    expect(one.sent).toHaveLength(before);
    expect(one.outputs.at(-1)).toMatchObject({ kind: "warning" });
  });
});

describe("the time of day is set", () => {
  const hour = 3_600_000;

  it("forward: a live connection stays", () => {
    const one = dialog();
    goLive(one);
    one.handle({ kind: "tick", at: hour, steady: 1000 });
    expect(ended(one)).toEqual([]);
    expect(one.sent.some(({ Action }) => Action === "Ping")).toBe(false);
  });

  it("back: silence and late answers are noticed all the same, and the states are as of when Asterisk was heard", () => {
    const one = dialog();
    goLive(one);
    one.handle({ kind: "request", id: "r1", action: "Park", fields: [], at: -hour, steady: 0 });
    one.handle({ kind: "tick", at: -hour, steady: requestDeadlineMs });
    expect(one.outputs.at(-1)).toMatchObject({ kind: "lost", id: "r1" });
    one.handle({ kind: "tick", at: -hour, steady: pingAfterMs });
    expect(one.sent.at(-1)).toMatchObject({ Action: "Ping" });
    const end = { at: -hour, steady: silenceMs };
    one.handle({ kind: "tick", ...end });
    expect(ended(one)).toMatchObject([{ reason: "Asterisk fell silent" }]);
    expect(one.link.asOf(end)).toBe(0);
  });
});

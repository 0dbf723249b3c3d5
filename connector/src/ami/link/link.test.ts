import { describe, expect, it } from "vitest";
import {
  answerList,
  boot,
  type Dialog,
  denied,
  goLive,
  listActions,
  logIn,
  openDialog,
  success,
} from "../../testing/ami-dialog.ts";
import {
  answerDeadlineMs,
  bootDeadlineMs,
  listDeadlineMs,
  pingAfterMs,
  requestDeadlineMs,
  silenceMs,
} from "./link-io.ts";

const ended = (dialog: Dialog) => dialog.outputs.filter((output) => output.kind === "ended");
const kinds = (dialog: Dialog) =>
  dialog.outputs.map((output) => (output.kind === "event" ? output.event.kind : output.kind));

describe("login", () => {
  it("by MD5 challenge: the secret is never sent", () => {
    const dialog = openDialog();
    logIn(dialog);
    expect(dialog.sent[1]).toMatchObject({
      Action: "Login",
      AuthType: "MD5",
      Username: "pbxis",
      Key: "md5(123s3cret)",
    });
    expect(JSON.stringify(dialog.sent)).not.toContain('"s3cret"');
  });

  it("plain only if the settings say so", () => {
    const dialog = openDialog({ plainLogin: true });
    dialog.receive("Asterisk Call Manager/5.0.4");
    expect(dialog.sent).toMatchObject([{ Action: "Login", Username: "pbxis", Secret: "s3cret" }]);
  });

  it("a refusal ends the link once, without the secret in the reason, and is retried slowly", () => {
    const dialog = openDialog();
    dialog.receive("Asterisk Call Manager/11.0.0");
    dialog.answer("Challenge", [...success, "Challenge: 123"]);
    dialog.answer("Login", ["Response: Error", "Message: Authentication failed"]);
    expect(ended(dialog)).toMatchObject([
      { retry: "slowly", reason: expect.stringContaining("Authentication failed") },
    ]);
    expect(JSON.stringify(dialog.outputs)).not.toContain("s3cret");
  });

  it("a server that is not Asterisk is reported as such", () => {
    const dialog = openDialog();
    dialog.receive("HTTP/1.1 400 Bad Request");
    expect(ended(dialog)).toMatchObject([{ retry: "slowly", reason: expect.stringContaining("not an Asterisk") }]);
  });

  it("a server that sends nothing after its greeting is given up", () => {
    const dialog = openDialog();
    dialog.receive("Asterisk Call Manager/11.0.0");
    dialog.tick(answerDeadlineMs);
    expect(ended(dialog)).toMatchObject([{ retry: "soon", reason: expect.stringContaining("in time") }]);
  });
});

describe("booting", () => {
  it.each(["1970-01-01", "1969-12-31"])("waits while Asterisk has no start time (%s), and asks again", (date) => {
    const dialog = openDialog();
    logIn(dialog);
    dialog.answer("CoreStatus", [...success, `CoreStartupDate: ${date}`]);
    expect(dialog.link.phase).toBe("booting");
    dialog.tick(1000);
    dialog.answer("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
    expect(dialog.link.phase).toBe("filtering");
  });

  it("waits while the module that answers is not loaded, and stops waiting if the account may not ask", () => {
    const dialog = openDialog();
    logIn(dialog);
    dialog.answer("CoreStatus", ["Response: Error", "Message: Invalid/unknown command: CoreStatus."]);
    expect(dialog.link.phase).toBe("booting");
    dialog.tick(1000);
    dialog.answer("CoreStatus", denied);
    expect(dialog.link.phase).toBe("filtering");
  });

  it("FullyBooted ends the wait if the account receives it", () => {
    const dialog = openDialog();
    logIn(dialog);
    dialog.receive("Event: FullyBooted\r\nPrivilege: system,all\r\n");
    expect(dialog.link.phase).toBe("filtering");
  });

  it("is limited in time", () => {
    const dialog = openDialog();
    logIn(dialog);
    dialog.answer("CoreStatus", [...success, "CoreStartupDate: 1970-01-01"]);
    for (let at = 1000; at <= bootDeadlineMs; at += 1000) {
      dialog.tick(at);
      if (dialog.link.phase === "booting") dialog.answer("CoreStatus", [...success, "CoreStartupDate: 1970-01-01"]);
    }
    expect(ended(dialog)).toMatchObject([{ retry: "soon" }]);
  });
});

describe("rights", () => {
  const rights = (dialog: Dialog) => dialog.outputs.filter((output) => output.kind === "rights");
  const listed = ["ListCommands: List commands.  (Priv: <none>)", "Park: Park a channel.  (Priv: call,all)"];

  it("are requested once, when all modules are loaded, and output", () => {
    const dialog = openDialog();
    logIn(dialog);
    expect(dialog.sent.some(({ Action }) => Action === "ListCommands")).toBe(false);
    dialog.answer("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
    dialog.answer("ListCommands", [...success, ...listed]);
    expect(rights(dialog)).toEqual([
      {
        kind: "rights",
        rights: new Map([
          ["ListCommands", []],
          ["Park", ["call"]],
        ]),
      },
    ]);
    expect(dialog.sent.filter(({ Action }) => Action === "ListCommands")).toHaveLength(1);
  });

  it.each([
    ["refused", (dialog: Dialog) => dialog.answer("ListCommands", denied)],
    ["answered without a list", (dialog: Dialog) => dialog.answer("ListCommands", success)],
    ["not answered at all", (dialog: Dialog) => dialog.tick(answerDeadlineMs)],
  ])("are unknown if the request is %s, and the link goes live all the same", (_how, happen) => {
    const dialog = openDialog();
    goLive(dialog);
    happen(dialog);
    expect(rights(dialog)).toEqual([]);
    expect(dialog.link.phase).toBe("live");
  });
});

describe("filters", () => {
  it("no event mask is set if the filters are accepted", () => {
    const dialog = openDialog();
    goLive(dialog);
    expect(dialog.sent.filter(({ Action }) => Action === "Filter").length).toBeGreaterThan(1);
    expect(dialog.sent.some(({ Action }) => Action === "Events")).toBe(false);
  });

  it("an account without the right to filter sets a mask with the needed classes, once", () => {
    const dialog = openDialog();
    boot(dialog);
    dialog.answerAll("Filter", denied);
    expect(dialog.sent.filter(({ Action }) => Action === "Events")).toMatchObject([{ EventMask: "system,call,agent" }]);
    expect(dialog.link.phase).toBe("lists");
  });
});

describe("regeneration", () => {
  it("outputs items and live events in their order, between start and completion, and is up then", () => {
    const dialog = openDialog();
    boot(dialog);
    dialog.answerAll("Filter", success);
    dialog.answer("QueueStatus", [...success, "EventList: start"]);
    dialog.receive(
      "Event: QueueCallerLeave\r\nQueue: support\r\nCount: 0\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nChannel: PJSIP/t-1\r\n",
    );
    dialog.answer("QueueStatus", ["Event: QueueStatusComplete", "EventList: Complete"]);
    for (const action of listActions.slice(1)) answerList(dialog, action);
    expect(kinds(dialog)).toEqual([
      "regenerationStarted",
      "queueCallerLeave",
      ...listActions.map(() => "listCompleted"),
      "up",
    ]);
    expect(dialog.outputs.at(-1)).toMatchObject({ asteriskVersion: "22.10.1" });
  });

  it("continues without hints, devices and parked calls if they are refused, with a warning for each", () => {
    const dialog = openDialog();
    boot(dialog);
    dialog.answerAll("Filter", success);
    for (const action of ["ExtensionStateList", "DeviceStateList", "ParkedCalls"]) dialog.answer(action, denied);
    for (const action of ["QueueStatus", "CoreShowChannels"]) answerList(dialog, action);
    expect(dialog.link.phase).toBe("live");
    expect(kinds(dialog).filter((kind) => kind === "warning")).toHaveLength(3);
  });

  it("is silent about an Asterisk without parking, which has no parked calls", () => {
    const dialog = openDialog();
    boot(dialog);
    dialog.answerAll("Filter", success);
    dialog.answer("ParkedCalls", ["Response: Error", "Message: Invalid/unknown command: ParkedCalls."]);
    for (const action of listActions.filter((one) => one !== "ParkedCalls")) answerList(dialog, action);
    expect(dialog.link.phase).toBe("live");
    expect(kinds(dialog)).not.toContain("warning");
  });

  it.each([
    ["refused", (dialog: Dialog) => dialog.answer("CoreShowChannels", denied), "slowly"],
    [
      "not known yet",
      (dialog: Dialog) =>
        dialog.answer("QueueStatus", ["Response: Error", "Message: Invalid/unknown command: QueueStatus."]),
      "soon",
    ],
    ["never finished", (dialog: Dialog) => dialog.tick(listDeadlineMs), "soon"],
    [
      "complete, but the list of hints is not",
      (dialog: Dialog) => {
        for (const action of ["QueueStatus", "CoreShowChannels", "DeviceStateList"]) answerList(dialog, action);
        dialog.answer("ExtensionStateList", [...success, "EventList: start"]);
        dialog.tick(listDeadlineMs);
      },
      "soon",
    ],
  ])("ends the connection if a required list is %s", (_how, happen, retry) => {
    const dialog = openDialog();
    boot(dialog);
    dialog.answerAll("Filter", success);
    happen(dialog);
    expect(ended(dialog)).toMatchObject([{ retry }]);
  });

  it("several requests during a regeneration cause one more", () => {
    const dialog = openDialog();
    goLive(dialog);
    for (let request = 0; request < 3; request++) dialog.handle({ kind: "regenerate", at: 1 });
    for (const action of listActions) answerList(dialog, action);
    expect(dialog.link.phase).toBe("lists");
    for (const action of listActions) answerList(dialog, action);
    expect(dialog.link.phase).toBe("live");
    expect(dialog.sent.filter(({ Action }) => Action === "QueueStatus")).toHaveLength(3);
  });
});

describe("live", () => {
  it("pings a silent Asterisk, and gives it up if it stays silent", () => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.tick(pingAfterMs);
    dialog.tick(pingAfterMs + 1000);
    expect(dialog.sent.filter(({ Action }) => Action === "Ping")).toHaveLength(1);
    dialog.tick(silenceMs);
    expect(ended(dialog)).toMatchObject([{ retry: "soon", reason: expect.stringContaining("silent") }]);
  });

  it("an answered ping keeps the connection", () => {
    const dialog = openDialog();
    goLive(dialog);
    for (let at = pingAfterMs; at < 10 * silenceMs; at += pingAfterMs) {
      dialog.tick(at);
      dialog.answer("Ping", [...success, "Ping: Pong"]);
    }
    expect(dialog.link.phase).toBe("live");
  });

  it("Shutdown ends the connection at once", () => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.receive("Event: Shutdown\r\nShutdown: Cleanly\r\n");
    expect(ended(dialog)).toMatchObject([{ retry: "soon" }]);
  });

  it("an Asterisk that is shutting down is retried soon", () => {
    const dialog = openDialog();
    dialog.receive("Asterisk Call Manager/11.0.0");
    dialog.answer("Challenge", ["Response: Error", "Message: Asterisk is shutting down"]);
    expect(ended(dialog)).toEqual([{ kind: "ended", reason: "Asterisk is shutting down", retry: "soon" }]);
  });

  it.each([
    [[...success, "Variable: MIXMONITOR_FILENAME", "Value: /r/1.wav"], "/r/1.wav"],
    [[...success, "Variable: MIXMONITOR_FILENAME", "Value: "], null],
    [["Response: Error", "Message: No such channel"], null],
  ])("a recording's path is requested and output (%#)", (answer, path) => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.handle({ kind: "getRecording", channel: "PJSIP/trunk-00000001", uniqueId: "1.1", at: 5 });
    dialog.answer("Getvar", answer);
    expect(dialog.outputs.at(-1)).toEqual({
      kind: "event",
      event: { kind: "recordingPath", uniqueId: "1.1", path, at: 0 },
    });
  });

  it("a channel name with a line break sends nothing", () => {
    const dialog = openDialog();
    goLive(dialog);
    const before = dialog.sent.length;
    dialog.handle({ kind: "getRecording", channel: "x\r\nAction: Logoff", uniqueId: "1.1", at: 5 });
    expect(dialog.sent).toHaveLength(before);
    expect(dialog.outputs.at(-1)).toMatchObject({ kind: "warning" });
  });
});

describe("the wall clock is set", () => {
  const hour = 3_600_000;

  it("forward: a live connection stays", () => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.handle({ kind: "tick", at: hour, steady: 1000 });
    expect(ended(dialog)).toEqual([]);
    expect(dialog.sent.some(({ Action }) => Action === "Ping")).toBe(false);
  });

  it("back: silence and late answers are detected all the same, and states are as of the last byte from Asterisk", () => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.handle({ kind: "request", id: "r1", action: "Park", fields: [], at: -hour, steady: 0 });
    dialog.handle({ kind: "tick", at: -hour, steady: requestDeadlineMs });
    expect(dialog.outputs.at(-1)).toMatchObject({ kind: "lost", id: "r1" });
    dialog.handle({ kind: "tick", at: -hour, steady: pingAfterMs });
    expect(dialog.sent.at(-1)).toMatchObject({ Action: "Ping" });
    const end = { at: -hour, steady: silenceMs };
    dialog.handle({ kind: "tick", ...end });
    expect(ended(dialog)).toMatchObject([{ reason: "Asterisk fell silent" }]);
    expect(dialog.link.asOf(end)).toBe(0);
  });

  it("ST3 a connection that ends before it has answered was dead since the last byte from Asterisk", () => {
    const dialog = openDialog();
    goLive(dialog);
    const end = { at: 5_000, steady: 5_000 };
    expect(dialog.link.asOf(end)).toBe(5_000);
    dialog.handle({ kind: "request", id: "r1", action: "Park", fields: [], at: 4_500, steady: 4_500 });
    expect(dialog.link.asOf(end)).toBe(5_000);
    expect(dialog.link.asOf({ at: 6_000, steady: 6_000 })).toBe(0);
  });

  it.each([
    ["in order", false, 5_000],
    ["with an error, which may have lost what Asterisk sent last", true, 0],
  ])("ST3 the states of a connection that ends %s", (_how, isBroken, asOf) => {
    const dialog = openDialog();
    goLive(dialog);
    dialog.handle({ kind: "closed", reason: "ended", retry: "soon", isBroken });
    expect(dialog.link.asOf({ at: 5_000, steady: 5_000 })).toBe(asOf);
  });
});

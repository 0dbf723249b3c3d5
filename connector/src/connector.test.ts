/** The whole connector between a scripted AMI server and a scripted site, over real sockets on loopback. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectorFrame, SiteEvent } from "@pbxis/shared";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Config, parseConfig } from "./config.ts";
import { type Connector, startConnector } from "./connector.ts";
import type { Log } from "./log.ts";
import { captureLog } from "./testing/captured-log.ts";
import { type ScriptedAsterisk, startScriptedAsterisk } from "./testing/scripted-asterisk.ts";
import { type ScriptedSite, startScriptedSite } from "./testing/scripted-site.ts";

let asterisk: ScriptedAsterisk;
let site: ScriptedSite;
let frames: ScriptedSite["frames"];
let connector: Connector | undefined;

beforeEach(async () => {
  asterisk = await startScriptedAsterisk();
  site = await startScriptedSite();
  frames = site.frames;
});

afterEach(async () => {
  await connector?.stop();
  await asterisk.stop();
  await site.stop();
});

function start(amiPort = asterisk.port, more: object = {}, log: Log = pino({ level: "silent" })): void {
  const settings = parseConfig({
    PBXIS_SITE: "hq",
    PBXIS_EDGE_URL: `http://127.0.0.1:${site.port}`,
    PBXIS_TOKEN: "token",
    AMI_PORT: String(amiPort),
    AMI_USERNAME: "pbxis",
    AMI_SECRET: "secret",
    ...more,
  });
  const config = (settings as { config: Config }).config;
  connector = startConnector(config, "0.1.0", log);
}

const eventsOf = (frame: ConnectorFrame | undefined): readonly SiteEvent[] =>
  frame && "events" in frame ? frame.events : [];
const countsSent = (after = 0) =>
  frames
    .slice(after)
    .flatMap(eventsOf)
    .flatMap((event) => (event.type === "queueCount" ? [event.count] : []));
const linksSent = () => frames.flatMap((frame) => ("sequence" in frame && "ami" in frame ? [frame.ami.up] : []));
const until = (what: () => boolean) => expect.poll(what, { interval: 5 }).toBe(true);

it("UP4 the lists of AMI become the first snapshot, and later events follow", async () => {
  asterisk.join("1.1");
  start();
  await until(() => frames.length >= 2);
  expect(frames.slice(0, 2).map(({ type }) => type)).toEqual(["hello", "snapshot"]);
  expect(frames[1]).toMatchObject({ more: false, lost: 0, ami: { up: true, asteriskVersion: "22.10.1" } });
  expect(countsSent()).toEqual([1]);
  asterisk.join("1.2");
  await until(() => countsSent().at(-1) === 2);
});

it("ST3 the loss of AMI is sent at once; after its return the differences precede the link", async () => {
  start();
  await until(() => linksSent().length === 1);
  const before = frames.length;
  asterisk.cut();
  asterisk.join("1.1");
  await until(() => linksSent().length === 2);
  await until(() => linksSent().length === 3);
  expect(linksSent()).toEqual([true, false, true]);
  const kinds = frames
    .slice(before)
    .map((frame) => (frame.type === "events" ? countsSent(frames.indexOf(frame)) : frame.type));
  expect(kinds[0]).toBe("link");
  expect(kinds.at(-1)).toBe("link");
  expect(countsSent(before)).toEqual([1]);
});

it("EV15 a member that the agent pattern leaves out is reported, and logged once per AMI connection", async () => {
  const { log, lines } = captureLog("warn");
  const leftOut = () => lines.filter((line) => line.includes("member PJSIP/1001 is left out")).length;
  start(asterisk.port, { PBXIS_AGENT_PATTERN: "^SIP/(\\d+)$" }, log);
  await until(() => linksSent().length === 1);
  expect(leftOut()).toBe(1);
  const reported = () => frames.flatMap((frame) => (frame.type === "report" ? [frame.leftOut?.members] : []));
  await until(() => reported().length === 1);
  expect(reported()).toEqual([[{ queue: "support", memberInterface: "PJSIP/1001" }]]);
  asterisk.cut();
  await until(() => linksSent().length === 3);
  expect(leftOut()).toBe(2);
});

it("RD1, RD2 neither frames nor spool nor log have the caller, and commands about the caller work", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pbxis-redaction-"));
  const file = join(folder, "spool");
  const { log, lines } = captureLog("trace");
  const modes = { PBXIS_REDACT_NUMBERS: "last4", PBXIS_REDACT_NAMES: "initials" };
  start(asterisk.port, { ...modes, PBXIS_SPOOL: file }, log);
  await until(() => linksSent().length === 1);
  asterisk.join("1.1");
  await until(() => countsSent().at(-1) === 1);
  site.send("a", { type: "hangupCaller", queue: "support", uniqueId: "1.1" });
  await until(() => site.outcomes().length === 1);
  expect(site.outcomes()[0]?.[1].status).toBe("done");
  expect(asterisk.actions("Hangup")[0]?.get("Channel")).toBe("PJSIP/trunk-1.1");
  // Not acknowledged any more: what follows is in the spool.
  await site.stop();
  asterisk.complete("1.1");
  await until(() => readFileSync(file, "utf8").includes("agentComplete"));
  const left = `${JSON.stringify(frames)}\n${readFileSync(file, "utf8")}\n${lines.join("")}`;
  expect(left).not.toMatch(/5005550|Alice/);
  expect(left).toContain('"number":"…0100","name":"A."');
  expect(frames[0]).toMatchObject({
    site: { redaction: { numbers: "last4", names: "initials", recordings: "all" } },
  });
  await connector?.stop();
  connector = undefined;
  rmSync(folder, { recursive: true });
  site = await startScriptedSite();
});

it("AMI is read and its events are kept while the uplink is down", async () => {
  start();
  await until(() => linksSent().length === 1);
  const before = frames.length;
  site.uplinks[0]?.terminate();
  for (let index = 1; index <= 50; index++) asterisk.join(`1.${index}`);
  await until(() => countsSent(before).at(-1) === 50);
  expect(frames[before]?.type).toBe("hello");
  expect(frames.slice(before).some(({ type }) => type === "snapshot")).toBe(false);
});

it("UP4 no states are sent before AMI was up", async () => {
  start(9);
  await until(() => frames.length >= 1);
  site.uplinks[0]?.terminate();
  await until(() => frames.length >= 2);
  expect(frames.map(({ type }) => type)).toEqual(["hello", "hello"]);
});

it("CM1, UP9 a command is sent to AMI once, and its outcome to the site for each repetition", async () => {
  start();
  await until(() => linksSent().length === 1);
  const originate = { type: "originate", agent: "1001", to: "1002" };
  site.send("a", originate);
  await until(() => site.outcomes().length === 1);
  const [sent, ...more] = asterisk.actions("Originate");
  expect(more).toEqual([]);
  expect(sent?.get("Channel")).toBe("PJSIP/1001");
  expect(sent?.get("Context")).toBe("default");
  expect(sent?.get("ChannelId")).toBe(`a1001-${sent?.get("ActionID")}`);
  const done = ["a", { status: "done", result: { actionId: sent?.get("ActionID") } }];
  site.uplinks[0]?.terminate();
  await until(() => site.uplinks.length === 2 && frames.filter(({ type }) => type === "hello").length === 2);
  site.send("a", originate);
  await until(() => site.outcomes().length === 2);
  expect(site.outcomes()).toEqual([done, done]);
  expect(asterisk.actions("Originate")).toHaveLength(1);
});

it("CM11 nothing is sent to AMI after the deadline, nor while AMI is down", async () => {
  start();
  await until(() => linksSent().length === 1);
  site.send("late", { type: "queueReset" }, Date.now() - 1);
  await until(() => site.outcomes().length === 1);
  await asterisk.stop();
  await until(() => linksSent().length === 2);
  site.send("away", { type: "queueReset" });
  await until(() => site.outcomes().length === 2);
  expect(site.outcomes()).toMatchObject([
    ["late", { status: "failed", error: { code: "deadline_passed" } }],
    ["away", { status: "failed", error: { code: "unavailable" } }],
  ]);
  expect(asterisk.actions("QueueReset")).toEqual([]);
  asterisk = await startScriptedAsterisk();
});

it("CM5, EV9 a reset changes the statistics, although Asterisk sends no event", async () => {
  await asterisk.stop();
  asterisk = await startScriptedAsterisk([], 7);
  start();
  await until(() => linksSent().length === 1);
  const completedSent = () =>
    frames.flatMap(eventsOf).flatMap((event) => (event.type === "queueSummary" ? [event.completed] : []));
  expect(completedSent()).toEqual([7]);
  site.send("reset", { type: "queueReset", queue: "support" });
  await until(() => completedSent().at(-1) === 0);
  expect(site.outcomes()).toEqual([["reset", { status: "done", result: { queues: ["support"] } }]]);
});

/** What an operator sees of a running connector: audits, health, metrics, reports and the log. */
import { UplinkReport } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Config, parseConfig } from "./config.ts";
import { type Connector, startConnector } from "./connector.ts";
import { captureLog } from "./testing/captured-log.ts";
import { type ScriptedAsterisk, startScriptedAsterisk } from "./testing/scripted-asterisk.ts";
import { type ScriptedSite, startScriptedSite } from "./testing/scripted-site.ts";

const token = "bearer-not-for-the-log";
const secret = "ami-secret-not-for-the-log";
let asterisk: ScriptedAsterisk;
let site: ScriptedSite;
let connector: Connector | undefined;
let logged: readonly string[];

beforeEach(async () => {
  logged = [];
  asterisk = await startScriptedAsterisk();
  site = await startScriptedSite();
});

afterEach(async () => {
  await connector?.stop();
  await asterisk.stop();
  await site.stop();
});

async function start(more: Record<string, string> = {}): Promise<Connector> {
  const parsed = parseConfig({
    PBXIS_SITE: "hq",
    PBXIS_EDGE_URL: `http://127.0.0.1:${site.port}`,
    PBXIS_TOKEN: token,
    AMI_PORT: String(asterisk.port),
    AMI_USERNAME: "pbxis",
    AMI_SECRET: secret,
    ...more,
  });
  const { config } = parsed as { config: Config };
  const { log, lines } = captureLog("trace");
  logged = lines;
  // Port 0, which the settings do not allow: the system chooses one.
  connector = startConnector({ ...config, watch: { host: "127.0.0.1", port: 0, allowedHosts: [] } }, "0.1.0", log);
  await until(() => site.frames.some((frame) => "ami" in frame && frame.ami?.up) && connector?.watchPort() !== null);
  return connector;
}

const until = (what: () => boolean) => expect.poll(what, { interval: 10 }).toBe(true);
const reports = () => site.frames.flatMap((frame) => (frame.type === "report" ? [UplinkReport.parse(frame)] : []));
const lines = () => logged.map((line) => JSON.parse(line));
const get = (path: string) => fetch(`http://127.0.0.1:${connector?.watchPort()}${path}`);
const statusesSent = () =>
  site.frames
    .flatMap((frame) => ("events" in frame ? frame.events : []))
    .flatMap((event) => (event.type === "queueMemberStatus" ? [event.status] : []));

async function metric(name: string): Promise<number | undefined> {
  const text = await (await get("/metrics")).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

it("AP11, UP10 an audit on demand finds a lost pause, corrects it, and counts, logs and reports it", async () => {
  await start();
  asterisk.pauseSilently(true);
  site.send("audit", { type: "audit" });
  await until(() => site.outcomes().length === 1);
  expect(site.outcomes()).toMatchObject([
    ["audit", { status: "done", result: { audit: { differences: 1, total: 1, audits: 1 } } }],
  ]);
  expect(statusesSent()).toEqual(["not_inuse", "paused"]);
  const key = 'pbxis_audit_differences_total{kind="queueMemberStatus"}';
  expect(await metric(key)).toBe(1);
  expect(await metric("pbxis_audits_total")).toBe(1);
  expect(await metric("pbxis_uplink_frames_acknowledged_total")).toBeGreaterThan(0);
  expect(await metric("pbxis_occurrences_lost_total")).toBe(0);
  expect(lines()).toContainEqual(
    expect.objectContaining({
      level: 40,
      kind: "queueMemberStatus",
      agent: "1001",
      queue: "support",
      from: "not_inuse, device not_inuse, penalty 0",
      to: "paused, device not_inuse, penalty 0",
    }),
  );
  await until(() => reports().at(-1)?.audit?.differences === 1);
  expect(reports().at(-1)?.counters[key]).toBe(1);
}, 15_000);

it("an audit by signal finds nothing if nothing was lost, and counts no change that happens meanwhile", async () => {
  const { audit } = await start();
  audit();
  asterisk.join("1.1");
  asterisk.pause(true);
  await until(() => reports().some((report) => report.audit !== null));
  expect(reports().at(-1)?.audit).toMatchObject({ differences: 0, total: 0, audits: 1 });
  expect(lines().some(({ msg }) => msg === "audit: all states match Asterisk")).toBe(true);
}, 15_000);

it("CM11 an audit while AMI is down is unavailable", async () => {
  await start();
  await asterisk.stop();
  await until(() => site.frames.some((frame) => frame.type === "link" && !frame.ami.up));
  site.send("audit", { type: "audit" });
  await until(() => site.outcomes().length === 1);
  expect(site.outcomes()).toMatchObject([["audit", { status: "failed", error: { code: "unavailable" } }]]);
  connector?.audit();
  expect(lines().at(-1)).toMatchObject({ level: 40, msg: "audit: not possible while AMI is down" });
  asterisk = await startScriptedAsterisk();
});

it("UP10 the counters are reported each time AMI comes up", async () => {
  await start();
  await until(() => reports().length === 1);
  expect(reports()[0]).toMatchObject({
    audit: null,
    counters: { pbxis_ami_up: 1, pbxis_ami_connections_total: 1, pbxis_audits_total: 0 },
  });
  asterisk.cut();
  await until(() => reports().length === 2);
  expect(reports()[1]?.counters).toMatchObject({ pbxis_ami_connections_total: 2, pbxis_ami_regenerations_total: 2 });
});

it("/healthz is 200 while AMI is up and the uplink live, otherwise 503 with what is wrong", async () => {
  await start();
  const healthy = await get("/healthz");
  expect([healthy.status, await healthy.json()]).toMatchObject([200, { status: "ok", site: "hq", version: "0.1.0" }]);
  await asterisk.stop();
  await expect.poll(async () => (await get("/healthz")).status).toBe(503);
  expect(await (await get("/healthz")).json()).toMatchObject({ status: "unavailable", ami: "down", uplink: "live" });
  asterisk = await startScriptedAsterisk();
});

it("/metrics has the events received, the entries of the model, and the commands", async () => {
  await start();
  asterisk.join("1.1");
  site.send("pause", { type: "queuePause", agent: "1001", queue: "support", paused: true });
  site.send("none", { type: "hangup", agent: "9999" });
  await until(() => site.outcomes().length === 2);
  await expect.poll(() => metric('pbxis_ami_events_total{type="queueCallerJoin"}')).toBe(1);
  expect(await metric("pbxis_ami_received_bytes_total")).toBeGreaterThan(500);
  expect(await metric('pbxis_model_entries{kind="waiting"}')).toBe(1);
  expect(await metric('pbxis_model_entries{kind="members"}')).toBe(1);
  expect(await metric('pbxis_commands_total{type="queuePause",outcome="done"}')).toBe(1);
  expect(await metric('pbxis_commands_total{type="hangup",outcome="not_found"}')).toBe(1);
  expect(await metric("pbxis_process_resident_memory_bytes")).toBeGreaterThan(1e6);
  const text = await (await get("/metrics")).text();
  const line =
    /^(?:# (?:HELP|TYPE) pbxis_[a-z_]+ .+|pbxis_[a-z_]+(?:\{[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*\})? [0-9.e+-]+)$/;
  expect(
    text
      .trimEnd()
      .split("\n")
      .filter((one) => !line.test(one)),
  ).toEqual([]);
});

it("neither secrets nor callers are in the log, at any level, the metrics or the reports", async () => {
  await start();
  const callers = ["1.1", "1.2"];
  for (const caller of callers) asterisk.join(caller);
  site.send("a", { type: "originate", agent: "1001", to: "14155550123", callerId: "Carol <14155550124>" });
  site.send("b", {
    type: "originate",
    agent: "1001",
    to: "14155550123",
    variables: { CRM_KEY: "variable-not-for-the-log" },
  });
  site.send("c", { type: "hangup", channel: "PJSIP/trunk-1.1" });
  site.send("d", { type: "redirect", channel: "PJSIP/trunk-1.2", to: "14155550125" });
  await until(() => site.outcomes().length === 4);
  // A lost event: the audit logs what differs.
  asterisk.pauseSilently(true);
  connector?.audit();
  await until(() => reports().some((report) => report.audit !== null));
  asterisk.cut();
  await until(() => asterisk.sessions() === 2);
  site.uplinks.at(-1)?.terminate();
  await until(() => site.uplinks.length === 2);
  const all = [...logged, await (await get("/metrics")).text(), JSON.stringify(reports())].join("\n");
  // The log has lines in which they could have been.
  expect(all).toMatch(/command originate: done/);
  expect(all).toMatch(/queueMemberStatus/);
  for (const hidden of [token, secret, "14155550", "Carol", "Alice", "15005550100", "variable-not-for-the-log"])
    expect(all.includes(hidden), hidden).toBe(false);
}, 15_000);

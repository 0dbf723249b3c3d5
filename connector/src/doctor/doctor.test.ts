/** What the doctor makes of what it sees. That it sees it is tested on real parts: test/e2e and test/asterisk. */
import { expect, it } from "vitest";
import { type AsteriskFacts, examineAsterisk } from "./asterisk.ts";
import { asJson, asText, fine, problem, warning } from "./finding.ts";
import { settingProblems } from "./start.ts";
import { examineToken } from "./token.ts";
import { examineWorker, type WorkerAnswers } from "./worker.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const day = 86_400;
const token = (payload: unknown) => `e30.${Buffer.from(JSON.stringify(payload)).toString("base64url")}.c2ln`;
const connector = { site: "hq", role: "connector" };

it.each([
  [connector, "ok", /never expires/],
  [{ ...connector, exp: now / 1000 + 400 * day }, "ok", /until 2028-01-03/],
  [{ ...connector, site: ["north", "hq"] }, "ok", /site hq/],
  [{ ...connector, exp: now / 1000 + 3 * day }, "warning", /expires soon, at 2026-12-02/],
  [{ ...connector, exp: now / 1000 - 1 }, "problem", /expired at 2026-11-29T11:59:59/],
  [{ ...connector, site: "north" }, "problem", /is for the site north, and PBXIS_SITE is hq/],
  [{ site: "hq" }, "problem", /has the role client/],
  [{ site: "hq", role: 7 }, "problem", /is not a token/],
  ["text", "problem", /is not a token/],
] as const)("of a token with %j it says: %s", (payload, mark, text) => {
  const found = examineToken(token(payload), "hq", now);
  expect([found.mark, found.text]).toEqual([mark, expect.stringMatching(text)]);
});

it.each(["", "abc", "a.b", "a.{}.c", "a.e30"])("%j is not a token", (text) => {
  expect(examineToken(text, "hq", now)).toMatchObject({ mark: "problem", text: "is not a token (JWT)" });
});

const healthy = { kind: "answered", isWorker: true, status: 200, date: now, at: now } as const;
const answers: WorkerAnswers = { host: "edge", health: healthy, uplink: { kind: "accepted" }, holder: null };

it("says which connector serves the site", () => {
  const [found] = examineWorker({ ...answers, holder: { version: "0.1.0", since: now } }).slice(-1);
  expect(found?.text).toMatch(/^a connector 0\.1\.0 serves the site since 20.*takes over/);
});

it.each<[Partial<WorkerAnswers>, string, RegExp | null]>([
  [{}, "ok ok ok", null],
  [{ health: { ...healthy, at: now + 9_000 } }, "ok warning ok", /9 s ahead of the worker's/],
  [{ health: { ...healthy, at: now - 9_000 } }, "ok warning ok", /9 s behind the worker's/],
  [{ health: { ...healthy, date: null } }, "ok ok", null],
  [{ health: { kind: "unreachable", because: "nothing listens there" } }, "problem", /nothing listens there/],
  [{ health: { ...healthy, isWorker: false, status: 404 } }, "problem", /HTTP status 404, so it is not a pbxis-edge/],
  [
    { uplink: { kind: "refused", status: 403, message: "the token is for another site" } },
    "ok ok problem",
    /another site/,
  ],
  [{ uplink: { kind: "refused", status: 502, message: null } }, "ok ok problem", /HTTP status 502/],
  [{ uplink: { kind: "unreachable", because: "broken" } }, "ok ok problem", /broken/],
])("of a worker with %j it says: %s", (change, marks, text) => {
  const found = examineWorker({ ...answers, ...change });
  expect(found.map(({ mark }) => mark).join(" ")).toBe(marks);
  if (text)
    expect(found.filter(({ mark }) => mark !== "ok").map((one) => one.text)).toEqual([expect.stringMatching(text)]);
});

const nothing = { setting: "PBXIS_AGENT_PATTERN", members: [], phones: [], more: 0 } as const;
const facts: AsteriskFacts = {
  version: "22.10.1",
  rights: new Set(["CoreShowChannels", "Redirect", "QueueAdd", "Originate", "Park", "MixMonitorMute", "PlayDTMF"]),
  sizes: { queues: 2, agents: 3, members: 4, waiting: 0, channels: 0, calls: 0 },
  withoutHint: [],
  leftOut: nothing,
  contexts: [{ setting: "PBXIS_ORIGINATE_CONTEXT", context: "agents", exists: true }],
  dialect: "asterisk",
  lacksOfFreepbx: ["from-internal", "from-queue"],
  snippet: { context: "pbxis-edge", missing: [] },
  clockOffsetMs: 800,
  warnings: [],
};
const member = (memberInterface: string) => ({ queue: "sales", memberInterface });

it.each<[readonly string[], RegExp]>([
  [["Park", "MixMonitorMute", "PlayDTMF"], /^✓ modules: parking, recording and digits are loaded$/m],
  [["MixMonitorMute", "PlayDTMF"], /^! modules: res_parking is not loaded, so park fails/m],
  [["Park", "PlayDTMF"], /^! modules: app_mixmonitor is not loaded, so a recording cannot be paused/m],
  [["Park", "MixMonitorMute"], /^! modules: app_senddtmf is not loaded, so sendDigits fails/m],
  [["Park"], /^✓ AMI account: may set no event filters, so those of manager.conf count/m],
  [["Park", "Filter"], /^✓ AMI account: sets its event filters itself$/m],
])("of an account that may %j besides it says %s", (actions, text) => {
  expect(
    asText(
      examineAsterisk({
        ...facts,
        rights: new Set(["CoreShowChannels", "Redirect", "QueueAdd", "Originate", ...actions]),
      }),
    ),
  ).toMatch(text);
});

it.each<[Partial<AsteriskFacts>, RegExp]>([
  [{ lacksOfFreepbx: [] }, /^! dialplan: looks like that of FreePBX or Issabel; set PBXIS_DIALECT=freepbx/],
  [{ lacksOfFreepbx: ["ext-local"], dialect: "freepbx" }, /^! dialplan: PBXIS_DIALECT is freepbx, .*ext-local; remove/],
  [{ rights: null }, /^! AMI account: Asterisk does not say/],
  [
    { rights: new Set(["Redirect", "QueueAdd", "Originate", "Park", "MixMonitorMute", "PlayDTMF"]) },
    /^✗ AMI account: lacks the write class reporting/,
  ],
  [
    { rights: new Set(["CoreShowChannels", "Redirect", "QueueAdd", "Park", "MixMonitorMute", "PlayDTMF"]) },
    /^! AMI account: lacks .*originate, which originate/,
  ],
  [{ sizes: { ...facts.sizes, queues: 0 } }, /^✗ queues: Asterisk has none; check that app_queue/],
  [{ sizes: { ...facts.sizes, agents: 0 } }, /^! queues: .*nobody can be shown/],
  [{ withoutHint: ["1001", "1002"] }, /^! agents: there is no hint for 1001, 1002, so/],
  [{ leftOut: { ...nothing, members: [member("DAHDI/1")] } }, /DAHDI\/1 of queue sales; set PBXIS_AGENT_PATTERN/],
  [
    { leftOut: { ...nothing, phones: [{ device: "SCCP/x7", extension: null }] } },
    /^! agents: these phones .*SCCP\/x7;/,
  ],
  [
    { contexts: [{ setting: "PBXIS_REDIRECT_CONTEXT", context: "x", exists: false }] },
    /no context x, .*PBXIS_REDIRECT/,
  ],
  [
    { contexts: [{ setting: "PBXIS_REDIRECT_CONTEXT", context: "x", exists: null }] },
    /cannot be checked; load func_dialplan/,
  ],
  [
    { snippet: { context: "pbxis-edge", missing: ["pick", "spy"] } },
    /^! dialplan: the context pbxis-edge has no pick, spy, .*--print-dialplan/,
  ],
  [{ clockOffsetMs: -3_600_000 }, /^! clock: Asterisk's is 3600 s behind this machine's; set both by NTP/],
  [{ warnings: ["it has rights"] }, /^! Asterisk: it has rights/],
])("of an Asterisk with %j it says: %s", (change, line) => {
  const findings = examineAsterisk({ ...facts, ...change }).filter(({ mark }) => mark !== "ok");
  const [found, ...summary] = asText(findings).trimEnd().split("\n");
  expect(found).toMatch(line);
  expect(summary).toHaveLength(1);
});

it("an Asterisk without a fault gets nothing but ticks", () => {
  expect(examineAsterisk(facts).every(({ mark }) => mark === "ok")).toBe(true);
});

it("prints a line for each finding, and how many there are", () => {
  const text = asText([fine("a", "is good"), warning("b", "is odd", "look"), problem("c", "is wrong")]);
  expect(text).toBe("✓ a: is good\n! b: is odd; look\n✗ c: is wrong\nproblems: 1, warnings: 1\n");
});

it("as JSON it says whether the connector can work", () => {
  expect(JSON.parse(asJson([warning("b", "is odd")]))).toEqual({
    ok: true,
    findings: [{ mark: "warning", subject: "b", text: "is odd", advice: null }],
  });
  expect(JSON.parse(asJson([problem("c", "is wrong")]))).toMatchObject({ ok: false });
});

it("each fault of the settings is a problem", () => {
  expect(settingProblems(["AMI_SECRET is missing", "AMI_PORT must be a number"]).map(({ advice }) => advice)).toEqual([
    "--help says what it means",
    null,
  ]);
});

/**
 * Stored data that cannot be read, from another build or damaged: each store is spoiled in a real object, the object is
 * evicted, and everything works again without help, with clients that are synchronised anew (ADR 9).
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { closeCodes, filterKey, type ServerFrame, SiteCommand } from "@pbxis/shared";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { channelRef } from "./scope/scope.ts";
import type { CommandRequest } from "./site/api.ts";
import { readStates } from "./site/read-states.ts";
import { siteOf } from "./site/stub.ts";
import { openWebSocket, type SocketStream } from "./testing/client.ts";
import { count, failed } from "./testing/events.ts";
import { evictObject } from "./testing/evict.ts";
import { everything } from "./testing/logged.ts";
import { signToken } from "./testing/token.ts";
import { hello, TestUplink } from "./testing/uplink.ts";

let errors: MockInstance<typeof console.error>;
beforeEach(() => {
  errors = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The one line that must have been logged about what could not be read. */
function expectLine(fields: object): void {
  const line = {
    level: "error",
    msg: "stored data cannot be read",
    because: expect.any(String),
    action: expect.any(String),
  };
  expect(errors.mock.calls).toEqual([[expect.objectContaining({ ...line, ...fields })]]);
}

/** As builds created them before versions were recorded. */
const unrecordedTables = [
  "CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL)",
];
/** Of the report alone: version 1 of the other sets is replaced by this build. */
const forgetVersions = "DELETE FROM stored_version WHERE name = 'report'";

const site = (name: string) => env.SITE.getByName(name);
const channel = async (name: string, filter = { agents: "*", queues: "*", summary: false, about: null } as const) =>
  env.CHANNEL.getByName((await channelRef(name, filterKey(filter))).name);

/** Runs statements on a site's storage, and takes its memory away. */
async function spoil(name: string, ...statements: string[]): Promise<void> {
  await runInDurableObject(site(name), (_object, { storage }) => {
    for (const statement of statements) storage.sql.exec(statement);
  });
  await evictObject(site(name));
}

/** Replaces the attachment of each socket of an object, and takes the object's memory away. */
async function attach(stub: DurableObjectStub, attachment: unknown): Promise<void> {
  await runInDurableObject(stub, (_object, state) => {
    for (const socket of state.getWebSockets()) socket.serializeAttachment(attachment);
  });
  await evictObject(stub);
}

/** The client's next frame that is not about the link. */
async function nextFrame(client: SocketStream): Promise<Exclude<ServerFrame, { type: "link" }>> {
  for (;;) {
    const frame = await client.next();
    if (frame.type !== "link") return frame;
  }
}

const epochOf = ({ cursor }: Readonly<{ cursor: string }>) => cursor.split("-")[0];
const watch = (name: string, filter = "agents=*&queues=*") =>
  openWebSocket(`/v1/sites/${name}/events?${filter}`, { site: name });

describe("a site whose log cannot be read begins anew", () => {
  it.each<[string, string[]]>([
    ["other columns", ["ALTER TABLE log RENAME COLUMN kept TO rest"]],
    ["a table less", ["DROP TABLE checkpoint"]],
    ["an older version", ["UPDATE stored_version SET version = 0 WHERE name = 'log'"]],
    ["no position that is JSON", ["UPDATE log SET kept = '{'", "DELETE FROM meta"]],
    ["a position of another shape", [`UPDATE log SET kept = '{"site":{"epoch":7},"size":{}}'`, "DELETE FROM meta"]],
    ["states that are no list", ["UPDATE checkpoint SET body = '{}'"]],
    ["states of an unknown type", [`UPDATE checkpoint SET body = '[{"type":"weather","at":1}]'`]],
    ["events after the checkpoint that are not JSON", ["UPDATE log SET body = 'garbage' WHERE first > 2"]],
    ["fewer events than positions", ["UPDATE log SET body = '[]' WHERE first > 2"]],
  ])("%s", async (title, statements) => {
    const name = title.replaceAll(" ", "-");
    const first = await TestUplink.start(name, [count("support", 1)]);
    const client = await watch(name);
    const before = await client.next();
    await first.events(count("support", 2), failed("a"));
    await client.next();
    await spoil(name, ...statements);
    expect(await siteOf(env, name).status(name)).toMatchObject({ link: "offline", connector: { online: false } });
    expectLine({ object: name, store: "log", action: expect.stringContaining("begins anew") });
    expect(await first.closed).toEqual({ code: closeCodes.unavailable.code, reason: "unavailable" });
    expect(await client.next()).toMatchObject({ type: "snapshot", link: "offline", events: [] });

    const second = await TestUplink.open(name);
    second.send(hello("c1"));
    expect(await second.next()).toMatchObject({ type: "welcome", through: null });
    await second.snapshot([count("support", 3)]);
    const after = await nextFrame(client);
    expect(after).toMatchObject({ type: "events", events: [count("support", 3)] });
    expect(epochOf(after)).not.toBe(epochOf(before));
    await evictObject(site(name));
    await second.events(failed("b"));
    expect(await nextFrame(client)).toMatchObject({ events: [failed("b")] });
    expect(errors).toHaveBeenCalledTimes(1);
  });

  it("but not one whose tables a build has left that recorded no versions", async () => {
    const uplink = await TestUplink.start("unrecorded", [count("support", 1)]);
    const before = await siteOf(env, "unrecorded").status("unrecorded");
    await spoil("unrecorded", forgetVersions);
    expect(await siteOf(env, "unrecorded").status("unrecorded")).toEqual(before);
    await uplink.events(failed("a"));
    // A site without a connector reads nothing when it wakes, so its tables can be dropped.
    const tables = unrecordedTables.map((statement) => [`DROP TABLE ${statement.split(" ")[5]}`, statement]);
    await spoil("unrecorded-empty", forgetVersions, ...tables.flat());
    await siteOf(env, "unrecorded-empty").status("unrecorded-empty");
    expect(errors).not.toHaveBeenCalled();
  });

  it("parts of a snapshot that cannot be read are not half of one", async () => {
    const uplink = await TestUplink.open("parts");
    uplink.send(hello("c1"));
    await uplink.next();
    const events = [count("support", 1)];
    const ami = { up: true, asOf: 1, asteriskVersion: "22.10.1" };
    await uplink.store({ type: "snapshot", sequence: 1, more: true, lost: 0, ami, events });
    await spoil("parts", "UPDATE part SET body = '[1]'");
    await siteOf(env, "parts").status("parts");
    expect((await uplink.closed).reason).toBe("unavailable");
    const back = await TestUplink.start("parts", [count("sales", 2)]);
    await back.events(failed("a"));
    expect(await readStates(siteOf(env, "parts"), everything)).toMatchObject({ events: [count("sales", 2)] });
  });
});

it("an old row of the log that cannot be read begins a new epoch with the same states, and the uplink stays", async () => {
  const uplink = await TestUplink.start("old-row", [count("support", 1)]);
  const client = await watch("old-row");
  const { cursor } = await client.next();
  await uplink.events(failed("a"));
  await client.next();
  await uplink.snapshot([count("support", 2)]);
  const last = await client.next();
  await spoil(
    "old-row",
    `UPDATE log SET body = '[{"type":"weather"}]' WHERE first = ${Number(cursor.split("-")[1]) + 1}`,
  );
  const late = await openWebSocket(`/v1/sites/old-row/events?agents=*&queues=*&since=${cursor}`, { site: "old-row" });
  const snapshot = await late.next();
  expect(snapshot).toMatchObject({ type: "snapshot", link: "up", events: [count("support", 2)] });
  expect(epochOf(snapshot)).not.toBe(epochOf(last));
  expectLine({ object: "old-row", store: "log", action: "the site begins a new epoch" });
  expect(await client.next()).toMatchObject({ type: "snapshot", events: [count("support", 2)] });
  await uplink.events(failed("b"));
  for (const stream of [client, late]) expect(await stream.next()).toMatchObject({ events: [failed("b")] });
});

describe("routes", () => {
  it.each<[string, string]>([
    ["an interest that is not JSON", "UPDATE route SET interest = '{'"],
    ["an interest of another shape", `UPDATE route SET interest = '{"agents":7}'`],
  ])("%s: the client still gets what it asked for, and only that", async (title, statement) => {
    const name = title.replaceAll(" ", "-");
    const uplink = await TestUplink.start(name, []);
    const client = await watch(name, "queues=support");
    await client.next();
    await spoil(name, statement);
    await uplink.events(count("sales", 1), count("support", 2));
    expect(await client.next()).toMatchObject({ type: "events", events: [count("support", 2)] });
    expectLine({ object: name, store: "routes", item: 1, action: expect.stringContaining("reads the log") });
    await uplink.events(count("support", 3));
    expect(await client.next()).toMatchObject({ type: "events", events: [count("support", 3)] });
  });

  it("positions that cannot be read cost a repetition at most, which the client does not see", async () => {
    const uplink = await TestUplink.start("positions", []);
    const client = await watch("positions");
    await client.next();
    await uplink.events(failed("a"));
    await client.next();
    await spoil("positions", 'INSERT OR REPLACE INTO positions VALUES (1, \'{"settled":"x"}\')');
    await uplink.events(failed("b"));
    expect(await client.next()).toMatchObject({ type: "events", events: [failed("b")] });
    expectLine({ store: "routes", item: "positions" });
  });

  it("tables of another version: connected clients are served, and so are new ones", async () => {
    const uplink = await TestUplink.start("routes-old", []);
    const first = await watch("routes-old", "queues=support");
    await first.next();
    await spoil("routes-old", "ALTER TABLE route RENAME COLUMN interest TO filter");
    await uplink.events(count("sales", 1), count("support", 2));
    expect(await first.next()).toMatchObject({ events: [count("support", 2)] });
    expectLine({ object: "routes-old", store: "routes" });
    const second = await watch("routes-old", "queues=support");
    await second.next();
    await evictObject(site("routes-old"));
    await uplink.events(count("sales", 2), count("support", 3));
    for (const client of [first, second]) expect(await client.next()).toMatchObject({ events: [count("support", 3)] });
    expect(errors).toHaveBeenCalledTimes(1);
  });
});

describe("sockets", () => {
  it.each<[string, unknown]>([
    ["of-an-older-build", { kind: "holder", site: "x", receivedAt: 1, expiresAt: null, epoch: "c1", startedAt: 1 }],
    ["garbage", "garbage"],
    ["newer", { version: 99, value: {} }],
  ])(
    "an uplink whose attachment is %s is closed, and its connector goes on with a new one",
    async (title, attachment) => {
      const name = `uplink-${title}`;
      const uplink = await TestUplink.start(name, [count("support", 1)]);
      await attach(site(name), attachment);
      expect(await siteOf(env, name).status(name)).toMatchObject({ link: "offline", connector: { online: false } });
      expect((await uplink.closed).reason).toBe("unavailable");
      const line = { object: name, store: "uplink socket", action: expect.stringContaining("closed") };
      expect(errors.mock.calls[0]?.[0]).toMatchObject(line);
      const back = await TestUplink.open(name);
      back.send(hello("c1"));
      expect(await back.next()).toMatchObject({ type: "welcome", through: 1 });
      expect((await siteOf(env, name).status(name)).link).toBe("up");
    },
  );

  it.each<[string, unknown]>([
    ["of an older build", { filter: new TextEncoder().encode("[]"), expiresAt: null, standing: { kind: "live" } }],
    ["garbage", 7],
    ["newer", { version: 99, value: {} }],
  ])("a client whose attachment is %s is closed with resume_now, and misses nothing", async (title, attachment) => {
    const name = `client-${title.replaceAll(" ", "-")}`;
    const uplink = await TestUplink.start(name, []);
    const client = await watch(name);
    const { cursor } = await client.next();
    await attach(await channel(name), attachment);
    await uplink.events(failed("a"));
    expect(await client.ended).toEqual({ code: closeCodes.resume_now.code, reason: "resume_now" });
    expectLine({
      store: "client socket",
      version: title === "newer" ? 99 : null,
      object: expect.stringContaining(name),
    });
    const back = await openWebSocket(`/v1/sites/${name}/events?agents=*&queues=*&since=${cursor}`, { site: name });
    expect(await back.next()).toMatchObject({ type: "events", events: [failed("a")] });
  });
});

describe("commands and the report", () => {
  const request = (id: string, key: string): CommandRequest => ({
    id,
    subject: "somebody",
    key,
    command: SiteCommand.parse({ type: "hangup", agent: "1001" }),
    reach: { agents: "*", queues: "*" },
    deadlineMs: 10_000,
  });

  it.each<[string, string]>([
    ["text that is not JSON", "UPDATE command SET command = '{'"],
    ["other columns", "ALTER TABLE command RENAME COLUMN give_up TO given_up"],
  ])(
    "CM12 a ledger with %s: the command is unknown, its key stays used, and others are taken",
    async (title, statement) => {
      const name = `ledger-${title.replaceAll(" ", "-")}`;
      const uplink = await TestUplink.start(name, []);
      await siteOf(env, name).command(request("first", "k-1"), false);
      await uplink.next();
      await spoil(name, statement);
      const again = await siteOf(env, name).command(request("again", "k-1"), true);
      expect(again).toMatchObject({ kind: "accepted", id: "first", outcome: { status: "unknown" } });
      expectLine({ object: name, store: "commands" });
      await siteOf(env, name).command(request("second", "k-2"), false);
      expect(await uplink.next()).toMatchObject({ type: "command", id: "second" });
    },
  );

  it("CM12 a ledger of version 1: its keys, which were one space for the site, stay used for everybody", async () => {
    const uplink = await TestUplink.start("ledger-1", []);
    await spoil(
      "ledger-1",
      "DROP TABLE command",
      `CREATE TABLE command (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT UNIQUE, epoch TEXT NOT NULL,
        created INTEGER NOT NULL, deadline INTEGER NOT NULL, give_up INTEGER NOT NULL, reach TEXT NOT NULL,
        command TEXT NOT NULL, outcome TEXT)`,
      `INSERT INTO command VALUES (1, 'keyed', 'k-1', 'c1', ${Date.now()}, 1, 2, '', '', NULL)`,
      `INSERT INTO command VALUES (2, 'other', NULL, 'c1', ${Date.now()}, 1, 2, '', '', NULL)`,
      "UPDATE stored_version SET version = 1 WHERE name = 'commands'",
    );
    for (const subject of ["somebody", "somebody else"]) {
      const again = await siteOf(env, "ledger-1").command({ ...request("again", "k-1"), subject }, true);
      expect(again).toMatchObject({ kind: "accepted", id: "keyed", outcome: { status: "unknown" } });
    }
    expectLine({ object: "ledger-1", store: "commands", version: 1 });
    await siteOf(env, "ledger-1").command(request("second", "k-2"), false);
    expect(await uplink.next()).toMatchObject({ type: "command", id: "second" });
  });

  it("UP10 a report that cannot be read is dropped until the next one", async () => {
    const uplink = await TestUplink.start("report", []);
    uplink.send({ type: "report", at: 5, audit: null, counters: { events: 1 } });
    await uplink.events(failed("a"));
    await spoil("report", "UPDATE report SET body = '{'");
    expect((await siteOf(env, "report").counters("report")).connector).toBeNull();
    expectLine({ object: "report", store: "report" });
    uplink.send({ type: "report", at: 6, audit: null, counters: { events: 2 } });
    await uplink.events(failed("b"));
    expect((await siteOf(env, "report").counters("report")).connector).toMatchObject({ at: 6 });
  });
});

describe("AP6 tickets", () => {
  const mint = async (name: string) => {
    const authorization = `Bearer ${await signToken({ site: name })}`;
    const url = `https://edge.test/v1/sites/${name}/tickets`;
    const response = await exports.default.fetch(url, { method: "POST", headers: { authorization } });
    return (await response.json<{ ticket: string }>()).ticket;
  };
  const use = async (name: string, ticket: string) =>
    (await exports.default.fetch(`https://edge.test/v1/sites/${name}/events?agents=*&wait=0&ticket=${ticket}`)).status;

  it.each<[string, unknown]>([
    ["of an older build", { kind: "single-use", grant: { agents: ["*"], queues: ["*"] } }],
    ["garbage", "garbage"],
    ["newer", { version: 99, value: { kind: "single-use" } }],
  ])("one that is %s is unknown, and a new one works", async (title, stored) => {
    const name = `ticket-${title.replaceAll(" ", "-")}`;
    await TestUplink.start(name, []);
    const ticket = await mint(name);
    const stub = env.TICKET.getByName(`${name}/${ticket.slice(0, 32)}`);
    await runInDurableObject(stub, (_object, { storage }) => storage.kv.put("ticket", stored));
    await evictObject(stub);
    expect(await use(name, ticket)).toBe(401);
    expectLine({ object: name, store: "ticket", version: title === "newer" ? 99 : null });
    expect(JSON.stringify(errors.mock.calls)).not.toContain(ticket);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await use(name, await mint(name))).toBe(200);
  });
});

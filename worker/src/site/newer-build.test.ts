/** ADR 40: what a build does with tables of a newer one, and with older ones that it can upgrade. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { ServerFrame } from "@pbxis/shared";
import { afterEach, expect, it, vi } from "vitest";
import { get } from "../testing/client.ts";
import { count, failed } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";
import { callTables } from "./calls/call-rows.ts";
import { newerBuildText } from "./newer-build.ts";
import { reportTables } from "./report-store.ts";
import { openTables, type TableSet } from "./tables.ts";

type Mutable = { -readonly [Key in keyof TableSet]: TableSet[Key] };
const own = new Map([callTables, reportTables].map((set) => [set, { ...set }]));

/** From here on this is the build that comes after this one, or again this one. */
function deploy(build: "next" | "this"): void {
  for (const [set, { version }] of own) {
    const deployed: Mutable = set;
    deployed.version = build === "next" ? version + 1 : version;
    deployed.upgrades = build === "next" && set === callTables ? { [version]: () => {} } : {};
  }
}

afterEach(() => {
  deploy("this");
  vi.restoreAllMocks();
});

async function read(site: string, since: string): Promise<ServerFrame> {
  const response = await get(`/v1/sites/${site}/events?agents=*&queues=*&since=${since}&wait=0`, { claims: { site } });
  return response.json();
}

it("a roll-back is refused and loses nothing: the newer build goes on where it was", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const name = "rolled-back";
  const uplink = await TestUplink.start(name, [count("support", 1)]);
  const state = await get(`/v1/sites/${name}/state`, { claims: { site: name } });
  const { cursor }: { cursor: string } = await state.json();
  await uplink.events(failed("a"));

  deploy("next");
  await evictObject(env.SITE.getByName(name));
  const shown = await read(name, cursor);
  expect(shown).toMatchObject({ type: "events", events: [failed("a")] });

  deploy("this");
  await evictObject(env.SITE.getByName(name));
  for (let times = 0; times < 2; times++) {
    const refused = await get(`/v1/sites/${name}`, { claims: { site: name } });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toEqual({ error: { code: "unavailable", message: newerBuildText } });
  }
  const newerTables = [reportTables, callTables].map(({ name: set, version }) => `${set} ${version + 1}`).join(", ");
  const line = { msg: "stored data was written by a newer build", site: name, tables: newerTables };
  const lines = errors.mock.calls.filter(([logged]) => logged.msg === line.msg);
  expect(lines).toEqual([[expect.objectContaining(line)]]);

  deploy("next");
  expect(await read(name, cursor)).toEqual(shown);
});

it("tables that the set can upgrade keep their rows", async () => {
  const set: TableSet = { name: "calls", version: 7, columns: { call_note: "id INTEGER PRIMARY KEY" } };
  const next: TableSet = {
    ...set,
    version: 9,
    columns: { call_note: "id INTEGER PRIMARY KEY, note TEXT" },
    upgrades: {
      7: (sql) => sql.exec("ALTER TABLE call_note ADD COLUMN note TEXT"),
      8: (sql) => sql.exec("UPDATE call_note SET note = 'none'"),
    },
  };
  await runInDurableObject(env.SITE.getByName("upgraded"), (_object, { storage: { sql } }) => {
    openTables(sql, set);
    sql.exec("INSERT INTO call_note VALUES (1)");
    expect(openTables(sql, next)).toBeNull();
    expect(openTables(sql, next)).toBeNull();
    expect(sql.exec("SELECT * FROM call_note").toArray()).toEqual([{ id: 1, note: "none" }]);
  });
});

/**
 * What the ledger says of rows that another version of the worker has written; all else of commands is tested by its
 * route.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { SiteCommand } from "@pbxis/shared";
import { expect, it, vi } from "vitest";
import { evictObject } from "../../testing/evict.ts";
import { TestUplink } from "../../testing/uplink.ts";
import type { CommandRequest } from "../api.ts";
import { siteOf } from "../stub.ts";

const command = SiteCommand.parse({ type: "hangup", agent: "1001" });
const request = (id: string, key: string | null): CommandRequest => ({
  id,
  subject: "somebody",
  key,
  command,
  reach: { agents: "*", queues: "*" },
  deadlineMs: 10_000,
});
const unknownOf = (id: string) => ({ kind: "accepted", id, outcome: { status: "unknown" } });

/** What a newer version might have written, which a roll-back leaves behind. */
const rewrite = (site: string, column: "command" | "reach" | "outcome", text: string) =>
  runInDurableObject(env.SITE.getByName(site), (_site, { storage }) => {
    storage.sql.exec(`UPDATE command SET ${column} = ?`, text);
  });
const evict = (site: string) => evictObject(env.SITE.getByName(site));

it.each([
  ["command", '{"type":"newer"}'],
  ["reach", '{"agents":"some","queues":"*"}'],
] as const)(
  "CM11 CM12 an open command whose %s cannot be read ends as unknown, once, and the site goes on",
  async (column, text) => {
    const site = `unreadable ${column}`;
    const connector = await TestUplink.start(site, []);
    await siteOf(env, site).command(request("first", "k-1"), false);
    expect(await connector.next()).toMatchObject({ type: "command", id: "first" });
    await rewrite(site, column, text);
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    await evict(site);
    expect((await siteOf(env, site).status(site)).link).toBe("up");
    await evict(site);
    await TestUplink.open(site);
    expect(error.mock.calls).toEqual([[expect.objectContaining({ object: site, store: "commands", item: "first" })]]);
    error.mockRestore();
    // A late word of the connector changes nothing, nor does who asks again.
    connector.send({ type: "outcome", id: "first", outcome: { status: "done", result: {} } });
    for (const [id, key] of [
      ["first", null],
      ["other", "k-1"],
    ] as const)
      expect(await siteOf(env, site).command(request(id, key), true)).toMatchObject(unknownOf("first"));
    expect(await siteOf(env, site).commandRecord("first")).toBeNull();
    await siteOf(env, site).command(request("second", "k-2"), false);
    expect(await connector.next()).toMatchObject({ type: "command", id: "second" });
  },
);

it("CM12 the key of a command whose outcome cannot be read is not used again", async () => {
  const connector = await TestUplink.start("unreadable outcome", []);
  const site = siteOf(env, "unreadable outcome");
  const asked = site.command(request("first", "k-1"), true);
  await connector.next();
  connector.send({ type: "outcome", id: "first", outcome: { status: "done", result: {} } });
  await asked;
  await rewrite("unreadable outcome", "outcome", '{"status":"newer"}');
  expect(await site.command(request("other", "k-1"), true)).toMatchObject(unknownOf("first"));
});

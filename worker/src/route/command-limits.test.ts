/** CM16 over the real worker and Site object: one client's flood is refused, and others' commands are not. */

import { env, exports } from "cloudflare:workers";
import { SiteFrame } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { commandRate, openLimits, rateSpanMs } from "../site/command/limits.ts";
import { PbxisClient } from "../testing/compat.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

let now = Date.now();
/** Time stands still, so that no rate refills while a slow machine sends. */
beforeEach(() => {
  vi.spyOn(Date, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers at once, while the command is under way, unless it `prefer`s to wait. */
async function send(site: string, sub: string, key?: string, prefer = "respond-async"): Promise<Response> {
  return exports.default.fetch(`https://edge.test/v1/sites/${site}/commands`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await signToken({ site, sub, commands: ["*"] })}`,
      "content-type": "application/json",
      prefer,
      ...(key !== undefined && { "idempotency-key": key }),
    },
    body: JSON.stringify({ type: "queuePause", agent: "1001" }),
  });
}
async function sendMany(site: string, sub: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < count; sent++) statuses.push((await send(site, sub)).status);
  return statuses;
}
/** Ends `count` commands that are under way. */
async function answer(connector: TestUplink, count: number): Promise<void> {
  for (let answered = 0; answered < count; answered++) {
    const frame = SiteFrame.parse(await connector.next());
    if (frame.type !== "command") throw new Error(`expected a command, got ${frame.type}`);
    connector.send({ type: "outcome", id: frame.id, outcome: { status: "done", result: {} } });
  }
}
async function refusal(response: Response): Promise<unknown> {
  const { error } = await response.json<{ error: { code: string; message: string } }>();
  return [response.status, error.code, response.headers.get("retry-after"), error.message];
}
const open = async (site: string, connector: TestUplink) => {
  // The frame that follows the outcomes is acknowledged after them.
  await connector.events();
  return (await env.SITE.getByName(site).counters(site)).now.openCommands;
};
const tooFast = [429, "too_fast", "1", "this token sends commands too fast"];

it("a grant has a burst of commands, over an eviction, and others are not concerned", async () => {
  const connector = await TestUplink.start("rate", []);
  expect(new Set(await sendMany("rate", "agent", commandRate.burst))).toEqual(new Set([202]));
  await answer(connector, commandRate.burst);
  expect(await open("rate", connector)).toBe(0);
  expect(await refusal(await send("rate", "agent"))).toEqual(tooFast);
  await evictObject(env.SITE.getByName("rate"));
  expect(await refusal(await send("rate", "agent"))).toEqual(tooFast);
  expect((await send("rate", "supervisor")).status).toBe(202);
  now += rateSpanMs;
  expect((await send("rate", "agent")).status).toBe(202);
  expect((await env.SITE.getByName("rate").counters("rate")).totals["commands.limited"]).toBeGreaterThanOrEqual(1);
});

it("a grant has a number of commands under way, over an eviction, and as many again when those have ended", async () => {
  const connector = await TestUplink.start("open", []);
  await sendMany("open", "agent", openLimits.ofGrant);
  now += rateSpanMs;
  const tooMany = [429, "too_fast", "1", "this token has too many commands under way"];
  expect(await refusal(await send("open", "agent"))).toEqual(tooMany);
  await evictObject(env.SITE.getByName("open"));
  expect(await refusal(await send("open", "agent"))).toEqual(tooMany);
  await answer(connector, openLimits.ofGrant);
  expect(await open("open", connector)).toBe(0);
  expect((await send("open", "agent")).status).toBe(202);
});

it("several clients that flood together leave room for a supervisor", async () => {
  await TestUplink.start("flooders", []);
  const flooders = (openLimits.ofSite - openLimits.reserved) / openLimits.ofGrant;
  for (let flooder = 0; flooder < flooders; flooder++)
    await sendMany("flooders", `agent ${flooder}`, openLimits.ofGrant + 1);
  const late = await sendMany("flooders", "late", openLimits.few + 1);
  expect(late).toEqual([...Array(openLimits.few).fill(202), 503]);
  expect((await send("flooders", "supervisor")).status).toBe(202);
});

it("CM12 a command whose key is known is never refused as too fast", async () => {
  const connector = await TestUplink.start("repeat", []);
  const first = await (await send("repeat", "agent", "k-1")).json<{ commandId: string }>();
  await sendMany("repeat", "agent", commandRate.burst - 1);
  await answer(connector, commandRate.burst);
  expect(await open("repeat", connector)).toBe(0);
  expect(await refusal(await send("repeat", "agent", "k-2"))).toEqual(tooFast);
  expect(await (await send("repeat", "agent", "k-1")).json()).toMatchObject({ ...first, status: "done" });
});

it("CM12 at most a hundred requests wait for one command, and all of them get its outcome", async () => {
  const connector = await TestUplink.start("waiting", []);
  const ask = () => send("waiting", "agent", "k-1", "respond-async, wait=60");
  const waiting = Array.from({ length: 100 }, ask);
  const statuses: number[] = [];
  // They arrive in any order; the first that is one too many comes back.
  expect(await refusal(await Promise.race([...waiting, ask()]))).toEqual([
    429,
    "too_fast",
    "1",
    "too many requests wait for this command",
  ]);
  await answer(connector, 1);
  for (const response of await Promise.all(waiting)) statuses.push(response.status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(99);
});

it("PX5 pbxis-ws's clients without a token are one grant", async () => {
  const connector = await TestUplink.start("pbxis", []);
  const client = new PbxisClient("pbxis");
  const asked = Array.from({ length: commandRate.burst }, () =>
    client.post("/queue/pause", { agent: "1", paused: true }),
  );
  await answer(connector, commandRate.burst);
  expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
  expect(await refusal(await client.post("/queue/pause", { agent: "1", paused: true }))).toEqual(tooFast);
  expect(await refusal(await client.get("/bridged-channels?extension=1"))).toEqual(tooFast);
  expect((await send("pbxis", "supervisor")).status).toBe(202);
});

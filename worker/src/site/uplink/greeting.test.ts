/** UP1 sockets that say no hello, over the real Site object. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { closeCodes, ping } from "@pbxis/shared";
import { afterEach, expect, it, vi } from "vitest";
import { evictObject } from "../../testing/evict.ts";
import { TestUplink } from "../../testing/uplink.ts";

const later = (ms: number) => vi.spyOn(Date, "now").mockReturnValue(Date.now() + ms);
afterEach(() => vi.restoreAllMocks());
const silent = { code: closeCodes.unavailable.code, reason: "unavailable" };

it.each([false, true])(
  "UP1 sockets that ping and never say hello are closed after 10 s; evicted: %s",
  async (evicted) => {
    const site = `greeting-${evicted}`;
    const object = env.SITE.getByName(site);
    const idle = await Promise.all(Array.from({ length: 8 }, () => TestUplink.open(site)));
    await expect(TestUplink.open(site)).rejects.toThrow("503");
    const alarm = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeLessThanOrEqual(Date.now() + 10_000);
    for (const uplink of idle) uplink.send(ping);
    for (const uplink of idle) expect(await uplink.text()).toBe("pong");
    if (evicted) await evictObject(object);
    later(10_001);
    expect(await runDurableObjectAlarm(object)).toBe(true);
    for (const uplink of idle) expect(await uplink.closed).toEqual(silent);
    const connector = await TestUplink.start(site, []);
    expect(await object.status(site)).toMatchObject({ connector: { online: true } });
    connector.close();
  },
);

it("UP1 a connector that has said hello stays, ten seconds later too", async () => {
  const site = "greeting-over";
  const connector = await TestUplink.start(site, []);
  later(10_001);
  await runDurableObjectAlarm(env.SITE.getByName(site));
  await connector.events();
  expect(await env.SITE.getByName(site).status(site)).toMatchObject({ connector: { online: true } });
});

/** RD1 at the site: what a connector has redacted is shown, found and erased by its redacted value. */

import { env, exports } from "cloudflare:workers";
import { CallsAnswer, type ConnectorFrame, Erasure, SiteStatus } from "@pbxis/shared";
import { expect, it } from "vitest";
import { get } from "../testing/client.ts";
import { ended } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { hello, TestUplink } from "../testing/uplink.ts";

const site = "redacted";
const hash = "#5f3c9a0b12de";
const claims = { site, callers: true };
const admin = { site, role: "admin", agents: [], queues: [] } satisfies TestClaims;
const status = async () => SiteStatus.parse(await (await get(`/v1/sites/${site}`, { claims })).json());
const callsOf = async (number: string) => {
  const path = `/v1/sites/${site}/calls?number=${encodeURIComponent(number)}`;
  return CallsAnswer.parse(await (await get(path, { claims })).json()).calls.map(({ uniqueId, name }) => [
    uniqueId,
    name,
  ]);
};

it("AP4 shows what is hidden, AP13 finds and AP16 erases a caller by the redacted number", async () => {
  expect((await status()).redaction).toBeNull();
  const redaction = { numbers: "hash", names: "initials", recordings: "all" } as const;
  const settings = { timezone: "UTC", serviceLevelSeconds: {}, shortAbandonSeconds: 5, wrapUpReasons: [] };
  const uplink = await TestUplink.open(site);
  uplink.send({ ...hello("c1"), site: { ...settings, redaction } } as ConnectorFrame);
  await uplink.next();
  await uplink.snapshot([]);
  await uplink.events(
    ended("support", "1", { number: hash, name: "A. C.", at: Date.now() }),
    ended("support", "2", { number: "…0100", name: "B.", at: Date.now() }),
  );
  await evictObject(env.SITE.getByName(site));
  expect((await status()).redaction).toEqual(redaction);
  expect([await callsOf(hash), await callsOf("…0100")]).toEqual([[["1", "A. C."]], [["2", "B."]]]);
  const path = `/v1/sites/${site}/callers/${encodeURIComponent(hash)}`;
  const headers = { authorization: `Bearer ${await signToken(admin)}` };
  const answer = await exports.default.fetch(`https://edge.test${path}`, { method: "DELETE", headers });
  const erased = Erasure.parse(await answer.json());
  expect([erased.calls, await callsOf(hash)]).toEqual([1, []]);
  uplink.close();
});

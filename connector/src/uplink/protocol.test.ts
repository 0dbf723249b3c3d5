import {
  ConnectorFrame,
  SiteFrame,
  siteSilenceMs,
  uplinkPingIntervalMs,
  uplinkProtocol,
  uplinkSilenceMs,
} from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import * as z from "zod";

async function fingerprint(...schemas: z.ZodType[]): Promise<string> {
  // Descriptions are for readers: no peer misreads a frame because of their wording.
  const withoutWords = (key: string, value: unknown) => (key === "description" ? undefined : value);
  const text = JSON.stringify(
    schemas.map((schema) => z.toJSONSchema(schema)),
    withoutWords,
  );
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("UP8 the protocol's version", () => {
  it("belongs to the schemas of the frames: a change of one needs a look at the other", async () => {
    // A change that an older peer would misread raises `uplinkProtocol`; any other only renews the fingerprint.
    expect({ uplinkProtocol, frames: await fingerprint(ConnectorFrame, SiteFrame) }).toEqual({
      uplinkProtocol: 3,
      frames: "77667891b7eb8979b1755ed326c8a9b9b02b22211061c78d2060a942da213f69",
    });
  });
});

describe("UP7 the keep-alive", () => {
  it("ST3 a silent end is published in time: the silence and an alarm's delay fit into 15 s", () => {
    expect(uplinkSilenceMs).toBeLessThanOrEqual(12_000);
  });

  it("a busy machine is not taken for a dead one: three pings may be late", () => {
    expect(uplinkSilenceMs).toBeGreaterThan(3 * uplinkPingIntervalMs);
    expect(siteSilenceMs).toBeGreaterThan(uplinkSilenceMs);
  });
});

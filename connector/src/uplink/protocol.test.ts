import { ConnectorFrame, SiteFrame, uplinkProtocol, uplinkSilenceMs } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import * as z from "zod";

async function fingerprint(...schemas: z.ZodType[]): Promise<string> {
  const text = JSON.stringify(schemas.map((schema) => z.toJSONSchema(schema)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("UP8 the protocol's version", () => {
  it("belongs to the schemas of the frames: a change of one needs a look at the other", async () => {
    // A change that an older peer would misread raises `uplinkProtocol`; any other only renews the fingerprint.
    expect({ uplinkProtocol, frames: await fingerprint(ConnectorFrame, SiteFrame) }).toEqual({
      uplinkProtocol: 3,
      frames: "7bc219ba4625c83f1746a80d64ce5dbba6bd7fbcd3e884e8991c8a0358f1c452",
    });
  });
});

it("ST3 a silent end is published in time: the silence and an alarm's delay fit into 45 s", () => {
  expect(uplinkSilenceMs).toBeLessThanOrEqual(30_000);
});

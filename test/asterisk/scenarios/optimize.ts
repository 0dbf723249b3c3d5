/** What makes Asterisk optimize a Local channel away: audio that passes through it. */
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";

/** Lets both parties speak, so that Asterisk optimizes the Local channel between them away. */
export async function optimizeLocal(bed: TestBed, ...parties: readonly Call[]): Promise<void> {
  await Promise.all(parties.map((party) => party.sendAudio(400)));
  const listed = await bed.ami().list("CoreShowChannels");
  const local = listed.filter(({ Channel }) => Channel?.startsWith("Local/"));
  expectThat(`no Local channel is left, found ${local.map(({ Channel }) => Channel)}`, local.length === 0);
}

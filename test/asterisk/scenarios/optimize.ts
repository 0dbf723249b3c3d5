/** What makes Asterisk optimize a Local channel away: audio that passes through it. */
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";

/** Lets both parties speak, so that Asterisk optimizes the Local channel between them away. */
export async function optimizeLocal(bed: TestBed, ...parties: readonly Call[]): Promise<void> {
  let local: string[] = [];
  for (let tries = 0; tries < 20; tries++) {
    await Promise.all(parties.map((party) => party.sendAudio(200)));
    const listed = await bed.ami().list("CoreShowChannels");
    local = listed.flatMap(({ Channel }) => (Channel?.startsWith("Local/") ? [Channel] : []));
    if (local.length === 0) return;
  }
  expectThat(`no Local channel is left, found ${local}`, false);
}

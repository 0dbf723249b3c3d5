/** Interruptions of all chains at once: of the connection to AMI, and of the connectors themselves. */
import { startPatienceMs, until } from "../../harness/wait.ts";
import type { TestBed } from "../test-bed.ts";

/** Cuts off every connector from AMI, runs `meanwhile` and lets the connectors back in. */
export async function whileDisconnected(bed: TestBed, meanwhile: () => Promise<void>): Promise<void> {
  for (const { link } of bed.observers) link.cut("refuse");
  await expectLink(bed, "down");
  await meanwhile();
  await bed.pause(300);
  for (const { link } of bed.observers) link.accept();
  await expectLink(bed, "up");
}

export async function expectLink(bed: TestBed, link: "up" | "down" | "offline"): Promise<void> {
  const all = () => bed.observers.every(({ client }) => client.record.link === link);
  // Asterisk or the connectors may have to start before.
  await until(`the link of every client to be ${link}`, all, { timeoutMs: startPatienceMs });
}

/**
 * Kills every connector and starts others, with further settings, which know of the calls only what Asterisk lists.
 * `meanwhile` happens while there is none.
 */
export async function restartConnectors(
  bed: TestBed,
  more?: Readonly<Record<string, string>>,
  meanwhile = async () => {},
): Promise<void> {
  await Promise.all(bed.observers.map((observer) => observer.killConnector()));
  await expectLink(bed, "offline");
  await meanwhile();
  for (const observer of bed.observers) observer.startConnector(more);
  await expectLink(bed, "up");
}

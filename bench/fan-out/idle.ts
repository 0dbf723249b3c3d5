/** What an idle client takes of a server's memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { openClients } from "../edge/clients.ts";
import { type Subject, startBareNode, startBareObject, startOurs } from "../edge/publisher.ts";
import { memoryOf } from "../edge/worker.ts";

/** Bytes for each client. `silent`: a bare object that has never sent anything. */
export type IdleMemory = Readonly<{ ours: number; bare: number; silent: number; node: number }>;

export async function measureIdle(quick: boolean): Promise<IdleMemory> {
  return {
    ours: await idleBytes(() => startOurs(), quick),
    bare: await idleBytes(() => startBareObject({ kind: "relay", stores: false, greets: true }), quick),
    silent: await idleBytes(() => startBareObject(), quick),
    node: await idleBytes(startBareNode, quick),
  };
}

/** The average over a thousand clients of a fresh server. The first ones also cause costs that all share. */
async function idleBytes(start: () => Promise<Subject>, quick: boolean): Promise<number> {
  const [first, count] = quick ? [20, 50] : [500, 1_000];
  const { url, token, acknowledges, pid, stop } = await start();
  const groupOf = (clients: number) => [{ urls: [url("queues=q0")], count: clients, token, acknowledges }];
  const clients = await openClients(groupOf(first));
  await sleep(quick ? 100 : 2_000);
  const before = memoryOf(pid);
  await clients.open(groupOf(count));
  await sleep(quick ? 100 : 2_000);
  const bytes = (memoryOf(pid) - before) / count;
  clients.stop();
  await stop();
  return bytes;
}

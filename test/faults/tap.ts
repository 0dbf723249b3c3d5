/**
 * The network between the connector and AMI, and what of it really reached the connector: each `AgentComplete` that was handed on, on which
 * connection and when. Read in its own way, so that it can be wrong differently from the connector.
 */
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";

/** Times in ms since 1970. `endedAt` is null while it lasts. */
export type Connection = { readonly number: number; readonly openedAt: number; endedAt: number | null };
/** `uniqueId` is the caller's channel; null in the few packets that Asterisk sends without any channel. */
export type Heard = Readonly<{
  uniqueId: string | null;
  queue: string;
  member: string;
  at: number;
  connection: Connection;
}>;

export type Tap = Readonly<{ proxy: FaultProxy; heard: readonly Heard[]; bytes: () => number }>;

/** Asterisk's longest packets are far shorter. */
const maxPending = 1_000_000;

export async function startTap(port: number, host: string): Promise<Tap> {
  const heard: Heard[] = [];
  const connections = new Map<number, Connection & { pending: string }>();
  let bytes = 0;
  const proxy = await startFaultProxy(port, host, {
    onOpen: (number) => connections.set(number, { number, openedAt: Date.now(), endedAt: null, pending: "" }),
    onClose: (number) => {
      const connection = connections.get(number);
      if (connection) connection.endedAt = Date.now();
    },
    onTargetData: (number, chunk) => {
      bytes += chunk.length;
      const connection = connections.get(number);
      if (!connection) return;
      const packets = (connection.pending + chunk.toString("latin1")).split("\r\n\r\n");
      connection.pending = (packets.pop() ?? "").slice(-maxPending);
      for (const packet of packets) {
        if (!/^Event: AgentComplete\r?$/m.test(packet)) continue;
        const field = (name: string) => new RegExp(`^${name}: (.*?)\r?$`, "m").exec(packet)?.[1];
        const about = { queue: field("Queue") ?? "", member: field("MemberName") ?? "" };
        heard.push({ uniqueId: field("Uniqueid") ?? null, ...about, at: Date.now(), connection });
      }
    },
  });
  return { proxy, heard, bytes: () => bytes };
}

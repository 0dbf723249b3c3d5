/**
 * A proxy between AMI and the connector that records each `AgentComplete` that was forwarded, with its connection and
 * time. It parses packets independently of the connector, so that a bug of the connector is not repeated here.
 */
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";

/** Times in ms since 1970. `endedAt` is null while the connection is open. */
type Connection = { readonly number: number; readonly openedAt: number; endedAt: number | null };
/** `uniqueId`: the caller's channel; null in the few packets that Asterisk sends without a channel. */
export type TappedCompletion = Readonly<{
  uniqueId: string | null;
  queue: string;
  member: string;
  at: number;
  connection: Connection;
}>;

export type Tap = Readonly<{ proxy: FaultProxy; tapped: readonly TappedCompletion[]; bytes: () => number }>;

/** Far more than Asterisk's longest packets, in characters. */
const maxPending = 1_000_000;

export async function startTap(port: number, host: string): Promise<Tap> {
  const tapped: TappedCompletion[] = [];
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
        tapped.push({ uniqueId: field("Uniqueid") ?? null, ...about, at: Date.now(), connection });
      }
    },
  });
  return { proxy, tapped, bytes: () => bytes };
}

/**
 * Cloudflare's published prices of Workers Paid and Durable Objects (developers.cloudflare.com, as of November 2026),
 * and the bill for a month. Pure.
 *
 * An object is billed while it handles something, and not while it is idle with hibernatable sockets. Twenty incoming
 * WebSocket messages count as one request; outgoing messages are free.
 */
export type Month = Readonly<{
  /** Requests to the worker: connections, tickets, commands. */
  workerRequests: number;
  /** RPC calls, connections and alarms at objects. */
  objectRequests: number;
  incomingMessages: number;
  rowsWritten: number;
  rowsRead: number;
  /** Seconds in which an object was handling something. */
  objectSeconds: number;
  storedGb: number;
}>;

export type Bill = Readonly<
  Record<
    "base" | "worker requests" | "object requests" | "object duration" | "rows written" | "rows read" | "storage",
    number
  >
>;

const million = 1e6;
/** An object is billed for this much memory, however much it uses. */
const objectGb = 0.128;

const beyond = (used: number, included: number, perMillion: number) =>
  (Math.max(0, used - included) / million) * perMillion;

export function billOf(month: Month): Bill {
  return {
    base: 5,
    "worker requests": beyond(month.workerRequests, 10 * million, 0.3),
    "object requests": beyond(month.objectRequests + month.incomingMessages / 20, million, 0.15),
    "object duration": beyond(month.objectSeconds * objectGb, 400_000, 12.5),
    "rows written": beyond(month.rowsWritten, 50 * million, 1),
    "rows read": beyond(month.rowsRead, 25_000 * million, 0.001),
    storage: Math.max(0, month.storedGb - 5) * 0.2,
  };
}

export function totalOf(bill: Bill): number {
  return Object.values(bill).reduce((sum, part) => sum + part, 0);
}

/**
 * How the worker asks a scope object for a socket: a request with one header that describes the client. Only the worker
 * can call an object, and it builds this request itself, so nothing that a client sends gets here unchecked.
 */
import { type Filter, filterKey } from "@pbxis/shared";
import * as z from "zod";
import { TokenRefObject } from "../auth/revoked.ts";
import { About, CursorObject, Names } from "../filter.ts";
import { exceedsBytes } from "../http/exceeds-bytes.ts";
import { defaultObjectClients } from "./object-clients.ts";

const header = "x-pbxis-connect";

/** The status of an object's answer that refuses a stream; its text says why. */
export const refusedStatus = 429;
/** The same for a token that has been revoked (AP17). */
export const revokedStatus = 401;
/** The same for an object without room: a further object of the subscription may have some (SC1). */
export const fullStatus = 503;

/**
 * Bytes of UTF-8 that a subscription's canonical text may have. It is part of each socket's attachment, which the
 * platform limits to 16,384 bytes.
 */
export const maxFilterBytes = 12 * 1024;

const FilterTuple = z.tuple([Names, Names, z.boolean(), About, z.boolean()], z.union([z.boolean(), z.literal("list")]));

const ConnectInfo = z.object({
  /** The filter's canonical text. */
  filter: z.string(),
  since: CursorObject.nullable(),
  /** When the grant ends, ms since 1970. */
  expiresAt: z.number().nullable(),
  /** The client is one of the worker's own adapters, which acknowledge from the first frame on (ST4). */
  acknowledges: z.boolean(),
  /** The subject of the grant. */
  holder: z.string(),
  /** By what it can be revoked. */
  token: TokenRefObject.exactOptional(),
  /** How many clients the object may have, with this one. Absent from a worker of an older build. */
  maxClients: z.number().default(defaultObjectClients),
});
export type ConnectInfo = Readonly<z.infer<typeof ConnectInfo>>;

/** JSON as the value of a header: only ASCII, without control characters. */
export function encodeConnect(info: ConnectInfo): Request {
  const text = JSON.stringify(info).replace(/[^\x20-\x7e]/g, escaped);
  return new Request("https://scope.internal/", { headers: { upgrade: "websocket", [header]: text } });
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Undefined for a request without the header. */
export function parseConnect(request: Request): ConnectInfo | undefined {
  const text = request.headers.get(header);
  return text === null ? undefined : ConnectInfo.parse(JSON.parse(text));
}

/** The inverse of `filterKey`. */
export function parseFilterText(text: string): Filter {
  const [agents, queues, summary, about, unnamed, callers, statistics] = FilterTuple.parse(JSON.parse(text));
  const early = { agents, queues, summary, about, ...(unnamed && { unnamed }) };
  return { ...early, ...(callers && { callers }), ...(statistics === true && { statistics }) };
}

/** The canonical text, or undefined if it is too large for a socket's attachment. */
export function boundedFilterText(filter: Filter): string | undefined {
  const text = filterKey(filter);
  return exceedsBytes(text, maxFilterBytes) ? undefined : text;
}

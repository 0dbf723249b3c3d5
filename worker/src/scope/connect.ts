/**
 * How the worker asks a scope object for a socket: one header that says everything about the client. Only the worker can
 * reach an object, and it builds this request anew, so nothing that a client sends gets here unread.
 */
import { type Filter, filterKey } from "@pbxis/shared";
import * as z from "zod";
import { exceedsBytes } from "../http/exceeds-bytes.ts";

const header = "x-pbxis-connect";

/**
 * A subscription's canonical text may have this many bytes of UTF-8. It is kept in each socket's attachment, where the platform allows
 * 16,384 bytes for everything.
 */
export const maxFilterBytes = 12 * 1024;

const Names = z.union([z.literal("*"), z.array(z.string())]);
const About = z.literal(["agent", "queue"]).nullable();
const FilterTuple = z.tuple([Names, Names, z.boolean(), About, z.boolean()]);

/** A filter as objects keep it. */
export const FilterObject: z.ZodType<Filter> = z.object({
  agents: Names,
  queues: Names,
  summary: z.boolean(),
  about: About,
  unnamed: z.literal(true).exactOptional(),
});

export const CursorObject = z.object({ epoch: z.string(), sequence: z.number() });

const ConnectInfo = z.object({
  /** The filter's canonical text. */
  filter: z.string(),
  since: CursorObject.nullable(),
  /** When the grant ends, ms since 1970. */
  expiresAt: z.number().nullable(),
  /** The peer is our own adapter, which acknowledges from the first frame on (ST4). */
  acknowledges: z.boolean(),
});
export type ConnectInfo = Readonly<z.infer<typeof ConnectInfo>>;

export function encodeConnect(info: ConnectInfo): Request {
  const bytes = new TextEncoder().encode(JSON.stringify(info));
  const base64 = btoa(String.fromCharCode(...bytes));
  return new Request("https://scope.internal/", { headers: { upgrade: "websocket", [header]: base64 } });
}

/** `undefined` for a request that the worker did not make. */
export function parseConnect(request: Request): ConnectInfo | undefined {
  const text = request.headers.get(header);
  if (text === null) return undefined;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return ConnectInfo.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** The inverse of `filterKey`. */
export function parseFilterText(text: string): Filter {
  const [agents, queues, summary, about, unnamed] = FilterTuple.parse(JSON.parse(text));
  return { agents, queues, summary, about, ...(unnamed && { unnamed }) };
}

/** The canonical text, or `undefined` if it is too large to be kept beside a socket. */
export function boundedFilterText(filter: Filter): string | undefined {
  const text = filterKey(filter);
  return exceedsBytes(text, maxFilterBytes) ? undefined : text;
}

/** Opens a stream for any transport: the subscription determines the scope object, and that object returns a socket. */
import type { Cursor, Filter, TokenRef } from "@pbxis/shared";
import { revokedText } from "../auth/refusal.ts";
import type { Env } from "../env.ts";
import { logWarning } from "../log.ts";
import {
  boundedFilterText,
  type ConnectInfo,
  encodeConnect,
  fullStatus,
  maxFilterBytes,
  refusedStatus,
  revokedStatus,
} from "../scope/connect.ts";
import { defaultObjectClients, objectClients } from "../scope/object-clients.ts";
import { OwnObjects } from "../scope/own-objects.ts";
import { channelRef, sharedRef } from "../scope/scope.ts";
import { maxShards, Shards } from "../scope/shards.ts";
import { shardRef } from "../scope-name.ts";
import type { ScopeRef } from "../site/api.ts";

export type StreamRequest = Readonly<{
  site: string;
  /** Whose grant it is (`Grant.subject`): each holder may have a few objects of its own, and a share of a site's. */
  holder: string;
  /** By what it can be revoked; absent where none is needed. */
  token?: TokenRef | undefined;
  filter: Filter;
  since: Cursor | null;
  /** When the grant expires, ms since 1970; null for never. */
  expiresAt: number | null;
  /** True for SSE and long poll, whose adapters acknowledge from the first frame on (ST4). */
  acknowledges: boolean;
  /** AP2: the object of one queue or agent. If absent, the subscription's own Channel object serves the stream. */
  subject?: ScopeRef | undefined;
}>;

export type OpenedStream =
  | Readonly<{ ok: true; socket: WebSocket }>
  | Readonly<{ ok: false; code: "too_large" | "too_many_streams" | "unauthorized" | "unavailable"; message: string }>;

type Objects = Pick<Env, "QUEUE" | "AGENT" | "CHANNEL" | "PBXIS_OBJECT_CLIENTS">;

export async function openStream(env: Objects, request: StreamRequest): Promise<OpenedStream> {
  const { site, holder, token, filter: wanted, since, expiresAt, acknowledges } = request;
  const filter = boundedFilterText(wanted);
  if (filter === undefined) {
    const message = `agents and queues have more than ${maxFilterBytes} bytes; name fewer, or *`;
    return { ok: false, code: "too_large", message };
  }
  const own = request.subject ?? (await channelRef(site, filter));
  const { ownObjects, shards } = memoryOf(env);
  const ref = ownObjects.mayHave(`${site}/${holder}`, `${own.kind} ${own.name}`) ? own : sharedRef(own);
  const setting = objectClients(env);
  const maxClients = setting.ok ? setting.clients : defaultObjectClients;
  const info = { filter, since, expiresAt, acknowledges, holder, maxClients, ...(token && { token }) };
  try {
    const response = await connect(env, ref, info, shards);
    if (response.webSocket) return { ok: true, socket: response.webSocket };
    if (response.status === refusedStatus)
      return { ok: false, code: "too_many_streams", message: await response.text() };
    if (response.status === revokedStatus) return { ok: false, code: "unauthorized", message: revokedText };
  } catch (error) {
    logWarning("a stream could not be opened", { site, error: String(error) });
  }
  return { ok: false, code: "unavailable", message: "the stream cannot be opened right now" };
}

/** SC1: asks the objects of the subscription one after the other, until one is not full. */
async function connect(env: Objects, first: ScopeRef, info: ConnectInfo, shards: Shards): Promise<Response> {
  const key = `${first.kind} ${first.name}`;
  let shard = shards.startFor(key, Date.now());
  for (;;) {
    const response = await objectOf(env, shardRef(first, shard)).fetch(encodeConnect(info));
    if (response.status !== fullStatus || shard >= maxShards - 1) return response;
    shard += 1;
    shards.foundFull(key, shard, Date.now());
  }
}

/** One for each isolate of a deployment. */
type Memory = Readonly<{ ownObjects: OwnObjects; shards: Shards }>;
const memories = new WeakMap<object, Memory>();

function memoryOf({ CHANNEL }: Objects): Memory {
  const known = memories.get(CHANNEL) ?? { ownObjects: new OwnObjects(), shards: new Shards() };
  memories.set(CHANNEL, known);
  return known;
}

function objectOf(env: Objects, { kind, name }: ScopeRef): Pick<Fetcher, "fetch"> {
  switch (kind) {
    case "queue":
      return env.QUEUE.getByName(name);
    case "agent":
      return env.AGENT.getByName(name);
    case "channel":
      return env.CHANNEL.getByName(name);
  }
}

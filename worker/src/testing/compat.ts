/**
 * A client of pbxis-ws, for tests. It makes the requests of pbxis-ws's published browser clients: same paths, bodies
 * and headers.
 */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createApp } from "../app.ts";
import type { Env } from "../env.ts";
import { Inbox } from "./inbox.ts";

export type PbxisEvent = Readonly<{ type: string; [property: string]: unknown }>;
/** Without `token` the paths are open; `""` leaves that undecided. */
type Settings = Readonly<{
  site?: string;
  token?: string;
  logHours?: string;
  callsDays?: string;
  objectClients?: string;
  secret?: string;
  origins?: string;
}>;

const app = createApp();
const json = "application/json; charset=utf-8";

/** Calls the worker with these settings. */
export async function call(settings: Settings, path: string, init: RequestInit = {}): Promise<Response> {
  const bindings: Env = {
    ...env,
    ...(settings.site !== undefined && { PBXIS_COMPAT_SITE: settings.site }),
    PBXIS_COMPAT_TOKEN: settings.token ?? "open",
    PBXIS_COMPAT_ORIGINS: settings.origins ?? "https://pbxis.test",
    ...(settings.logHours !== undefined && { PBXIS_LOG_HOURS: settings.logHours }),
    ...(settings.secret !== undefined && { PBXIS_SECRET: settings.secret }),
    ...(settings.objectClients !== undefined && { PBXIS_OBJECT_CLIENTS: settings.objectClients }),
    ...(settings.callsDays !== undefined && { PBXIS_CALLS_DAYS: settings.callsDays }),
  };
  return app.fetch(new Request(`https://pbxis.test${path}`, init), bindings, createExecutionContext());
}

/** A client of one site; `headers` are sent with every request. */
export class PbxisClient {
  readonly #settings: Settings;
  readonly #headers: Record<string, string>;

  constructor(site: string, { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {}) {
    this.#settings = { site, ...(token !== undefined && { token }) };
    this.#headers = headers;
  }

  post(path: string, body?: unknown, type = json): Promise<Response> {
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    const headers = { "content-type": type, ...this.#headers };
    return call(this.#settings, path, { method: "POST", headers, body: text });
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return call(this.#settings, path, { ...init, headers: { ...this.#headers, ...init.headers } });
  }

  async ticket(agents: readonly string[], queues: readonly string[], summaryEvents = false): Promise<string> {
    const response = await this.post("/ticket", { agents, queues, summaryEvents });
    if (response.status !== 200) throw new Error(`no ticket: ${response.status} ${await response.text()}`);
    return response.json<string>();
  }

  async poll(ticket: string): Promise<PbxisEvent[]> {
    const response = await this.get(`/${ticket}/long-poll`);
    if (response.status !== 200) throw new Error(`no answer: ${response.status} ${await response.text()}`);
    return response.json<PbxisEvent[]>();
  }

  async webSocket(ticket: string): Promise<PbxisSocket> {
    const { webSocket, status } = await this.get(`/${ticket}/websocket`, { headers: { upgrade: "websocket" } });
    if (!webSocket) throw new Error(`no socket: ${status}`);
    const inbox = new Inbox(webSocket);
    return {
      next: async () => JSON.parse(await inbox.text()),
      ended: inbox.ended,
      close: () => webSocket.close(1000, ""),
    };
  }

  async sse(ticket: string, lastEventId?: string): Promise<PbxisSource> {
    const leaving = new AbortController();
    const response = await this.get(`/${ticket}/sse`, {
      signal: leaving.signal,
      headers: { accept: "text/event-stream", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
    });
    if (!response.body) throw new Error(`no stream: ${response.status}`);
    const source = new Source(response.body);
    return {
      next: () => source.next(),
      lastEventId: () => source.lastEventId,
      close: () => leaving.abort(),
    };
  }
}

export type PbxisSocket = Readonly<{ next: () => Promise<PbxisEvent>; ended: Inbox["ended"]; close: () => void }>;
/** `next` is null at the end of the stream. */
export type PbxisSource = Readonly<{
  next: () => Promise<PbxisEvent | null>;
  lastEventId: () => string | undefined;
  close: () => void;
}>;

/** Reads the stream as an EventSource does: named messages, and the last id. */
class Source {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  lastEventId: string | undefined;

  constructor(body: ReadableStream) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  async next(): Promise<PbxisEvent | null> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return null;
        this.#text += value;
        continue;
      }
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      this.lastEventId = field("id") ?? this.lastEventId;
      const type = field("event");
      if (type !== undefined) return { type, ...JSON.parse(field("data") ?? "") };
    }
  }
}

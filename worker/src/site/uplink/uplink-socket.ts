/**
 * The uplink's sockets, with what is attached to each. An attachment survives hibernation. It also says which sockets
 * count: one that was closed here stays in `getWebSockets()` until its peer has answered.
 */
import { type CloseReason, closeCodes, type SiteFrame, type TokenRef, uplinkSilenceMs } from "@pbxis/shared";
import * as z from "zod";
import { TokenRefObject } from "../../auth/revoked.ts";
import { errorAnswer } from "../../http/answer.ts";
import { expectAnswer, type Rate, startRate, takeMessage, uplinkRate } from "../../rate.ts";
import { logUnreadable, seal, unseal } from "../../stored.ts";
import type { Holder } from "./fencing.ts";

/** To be raised with each change of `Mark`. */
const markVersion = 1;

/** `expiresAt` (ms): when the connector's token ends. `token`: by what it can be revoked. */
const connection = {
  site: z.string(),
  receivedAt: z.number(),
  expiresAt: z.number().nullable(),
  token: TokenRefObject.exactOptional(),
};

/**
 * | kind     | what holds                      | leaves it                                        |
 * |----------|---------------------------------|--------------------------------------------------|
 * | greeting | no valid `hello` yet            | `hello` → holder · refused, silent, gone → closed |
 * | holder   | at most one of these (UP3)      | replaced, refused, silent, gone → closed         |
 * | closed   | nothing of it counts any more   |                                                  |
 */
const Mark = z.discriminatedUnion("kind", [
  z.object({ ...connection, kind: z.literal("greeting") }).readonly(),
  z.object({ ...connection, kind: z.literal("holder"), epoch: z.string(), startedAt: z.number() }).readonly(),
  z.object({ kind: z.literal("closed") }).readonly(),
]);
export type UplinkMark = z.infer<typeof Mark>;

export type OpenMark = Exclude<UplinkMark, { kind: "closed" }>;

export type OpenSocket = Readonly<{
  socket: WebSocket;
  mark: OpenMark;
  /** In ms: of the last frame, or of the last ping, which the platform answers without waking the object. */
  receivedAt: number;
  /** Unless something is received before, the socket is closed then; before a hello, in any case. In ms. */
  silentAt: number;
}>;

/** Sockets without a hello that are open at once; a connector says hello immediately. */
const maxGreetings = 8;
/** UP1: how long a socket may be open without a hello. Pings do not prolong it: they would hold the slot for ever. */
const greetingMs = 10_000;

/**
 * The sockets of one instance of the Site object. What is attached to them is read once: each turn asks for it several
 * times, and reading and checking it is a good part of a frame's time.
 */
export class UplinkSockets {
  readonly #state: DurableObjectState;
  /** As attached. */
  readonly #marks = new WeakMap<WebSocket, UplinkMark>();

  constructor(state: DurableObjectState) {
    this.#state = state;
  }

  /** Closes a socket whose attachment cannot be read; its connector connects again. */
  mark(socket: WebSocket): UplinkMark {
    const known = this.#marks.get(socket);
    if (known) return known;
    const stored: unknown = socket.deserializeAttachment();
    if (stored === null) return { kind: "closed" };
    const mark = unseal(Mark, markVersion, stored);
    if (!mark.ok) {
      const site = nameOf(this.#state);
      logUnreadable(
        { object: site, store: "uplink socket" },
        mark,
        "the socket is closed; its connector connects again",
      );
      this.close(socket, "unavailable");
      return { kind: "closed" };
    }
    this.#marks.set(socket, mark.value);
    return mark.value;
  }

  setMark(socket: WebSocket, mark: UplinkMark): void {
    socket.serializeAttachment(seal(markVersion, mark));
    this.#marks.set(socket, mark);
  }

  /** When the last frame or ping was received on an open socket (ms). */
  receivedAt(socket: WebSocket, mark: OpenMark): number {
    return Math.max(mark.receivedAt, this.#state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0);
  }

  /** All sockets that count. */
  open(): OpenSocket[] {
    const open: OpenSocket[] = [];
    for (const socket of this.#state.getWebSockets()) {
      const mark = this.mark(socket);
      if (mark.kind === "closed") continue;
      const receivedAt = this.receivedAt(socket, mark);
      const silentAt = mark.kind === "greeting" ? mark.receivedAt + greetingMs : receivedAt + uplinkSilenceMs + 1;
      open.push({ socket, mark, receivedAt, silentAt });
    }
    return open;
  }

  /**
   * `replaced`: the same connector has a newer socket and has left this one. `gone`: the peer has closed. `at`: the
   * site's clock, for a connector that is refused.
   */
  close(socket: WebSocket, reason: CloseReason | "replaced" | "gone", at?: number): void {
    this.setMark(socket, { kind: "closed" });
    try {
      const code = reason === "replaced" || reason === "gone" ? 1000 : closeCodes[reason].code;
      socket.close(code, at === undefined ? reason : `${reason} ${at}`);
    } catch {
      // It was closed already.
    }
  }

  /** Accepts a new socket; its connector has yet to say hello. */
  accept(request: Request, now: number): Response {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
      return errorAnswer("upgrade_required", "this path speaks WebSocket only");
    const greeting = this.open().filter(({ mark }) => mark.kind === "greeting");
    if (greeting.length >= maxGreetings) return errorAnswer("unavailable", "too many connections without hello");
    const { 0: client, 1: server } = new WebSocketPair();
    this.#state.acceptWebSocket(server);
    const site = request.headers.get(siteHeader) ?? "?";
    const token = readToken(request);
    this.setMark(server, {
      kind: "greeting",
      site,
      receivedAt: now,
      expiresAt: readExpiry(request),
      ...(token && { token }),
    });
    return new Response(null, { status: 101, webSocket: client });
  }
}

/** The site's name, by which its object is found. */
export function nameOf({ id }: DurableObjectState): string {
  return id.name ?? "?";
}

export function findHolder(open: readonly OpenSocket[]): (Holder & Readonly<{ socket: WebSocket }>) | null {
  for (const { socket, mark, receivedAt } of open)
    if (mark.kind === "holder") return { socket, epoch: mark.epoch, startedAt: mark.startedAt, receivedAt };
  return null;
}

/** Not kept over a hibernation: see `rate.ts`. */
const rates = new WeakMap<WebSocket, Rate>();

function rateOf(socket: WebSocket, now: number): Rate {
  const rate = rates.get(socket) ?? startRate(uplinkRate, now);
  rates.set(socket, rate);
  return rate;
}

/** Counts a received frame; false if it is one too many. */
export function mayReceive(socket: WebSocket, now: number): boolean {
  return takeMessage(rateOf(socket, now), uplinkRate, now);
}

export function sendFrame(socket: WebSocket, frame: SiteFrame): void {
  expectAnswer(rateOf(socket, Date.now()));
  try {
    socket.send(JSON.stringify(frame));
  } catch {
    // The socket broke meanwhile. Its close event follows, and the connector sends again what was not acknowledged.
  }
}

/**
 * Headers set by the worker's route, which has checked the connector's token. The expiry is in ms since 1970, absent if
 * there is none. The token's is JSON of a `TokenRef`.
 */
export const siteHeader = "x-pbxis-site";
export const expiryHeader = "x-pbxis-expires-at";
export const tokenHeader = "x-pbxis-token";

function readToken(request: Request): TokenRef | undefined {
  const text = request.headers.get(tokenHeader);
  return text === null ? undefined : TokenRefObject.parse(JSON.parse(text));
}

function readExpiry(request: Request): number | null {
  const text = request.headers.get(expiryHeader);
  return text === null ? null : Number(text);
}

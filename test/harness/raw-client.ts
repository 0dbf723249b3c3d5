/**
 * A client without rules: WebSockets and HTTP requests that send arbitrary bytes and record everything that they
 * receive.
 */
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { closeCodes, httpErrors } from "@pbxis/shared";
import { expect } from "vitest";
import { WebSocket } from "ws";

export type RawMessage = string | Buffer;

/** How a socket ended: `code` is the close code, or the HTTP status of a refused upgrade. */
export type SocketEnd = Readonly<{ code: number; reason: string }>;

export type RawSocket = Readonly<{
  received: readonly string[];
  send: (...all: readonly RawMessage[]) => void;
  /** Sends bytes as a text message, even if they are not valid UTF-8. */
  sendAsText: (bytes: Buffer) => void;
  isOpen: () => boolean;
  end: Promise<SocketEnd>;
  close: () => void;
}>;

/** Resolves when the socket is open or was refused. */
export async function openRawSocket(
  root: URL,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<RawSocket> {
  const socket = new WebSocket(`ws://${root.host}${path}`, { headers });
  const received: string[] = [];
  socket.on("message", (data) => received.push(String(data)));
  socket.on("error", () => {});
  const refused = once(socket, "unexpected-response").then(async ([outgoing, incoming]): Promise<SocketEnd> => {
    let body = "";
    for await (const part of incoming) body += part;
    received.push(body);
    outgoing.destroy();
    return { code: incoming.statusCode, reason: body };
  });
  const closed = once(socket, "close").then(([code, reason]): SocketEnd => ({ code, reason: String(reason) }));
  const end = Promise.race([refused, closed]);
  await Promise.race([once(socket, "open"), end]);
  return {
    received,
    send: (...all) => {
      for (const one of all) socket.send(one);
    },
    sendAsText: (bytes) => socket.send(bytes, { binary: false }),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    end,
    close: () => socket.terminate(),
  };
}

const endTimeoutMs = 50_000;

/** Waits for the socket's end; null if it does not end. The socket is closed in both cases. */
export async function endOf(socket: RawSocket): Promise<SocketEnd | null> {
  const end = await Promise.race([socket.end, sleep(endTimeoutMs, null)]);
  socket.close();
  return end;
}

/** The end with a code and its name from the register of close codes. */
export function closedWith(reason: keyof typeof closeCodes): SocketEnd {
  return { code: closeCodes[reason].code, reason };
}

export type RawRequest = Readonly<{
  method?: string;
  headers?: Readonly<Record<string, string | string[]>>;
  /** A list of buffers is sent in chunks, without Content-Length. */
  body?: string | Buffer | readonly Buffer[];
}>;
export type RawResponse = Readonly<{ status: number; type: string; headers: string; text: string }>;

/** Sends a request by `node:http`, which does not normalise paths and headers. */
export function sendRequest(
  root: URL,
  path: string,
  { method = "GET", headers = {}, body }: RawRequest = {},
): Promise<RawResponse> {
  const { hostname, port } = root;
  return new Promise((resolve, reject) => {
    const isWhole = typeof body === "string" || Buffer.isBuffer(body);
    // Node frames the body of a DELETE only with this header; without it the bytes would be the next request.
    const length = isWhole && method === "DELETE" ? { "content-length": `${Buffer.byteLength(body)}` } : {};
    const outgoing = request({ hostname, port, path, method, headers: { ...length, ...headers } }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      const type = incoming.headers["content-type"] ?? "";
      const rawHeaders = JSON.stringify(incoming.rawHeaders);
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, type, headers: rawHeaders, text }));
    });
    outgoing.on("error", reject);
    if (Array.isArray(body)) for (const part of body) outgoing.write(part);
    else if (isWhole) outgoing.write(body);
    outgoing.end();
  });
}

const statuses = new Map(Object.entries(httpErrors).map(([code, { status }]) => [code, status as number]));

/**
 * The code of a refusal. Fails if the response is not as in PROTOCOL.md, section 8, or reveals internals of the worker.
 */
export function codeOf({ status, type, text }: RawResponse, what = ""): string {
  expect(type, `${what} ${status} ${text.slice(0, 200)}`).toContain("application/json");
  const { error }: { error: { code: string; message: string } } = JSON.parse(text);
  expect(statuses.get(error.code), `${what} ${error.code} with ${status}`).toBe(status);
  expect(error.message.length).toBeGreaterThan(0);
  expect(text).not.toMatch(/\bat [\w.]+ \(|node_modules|\.ts:\d|stack|TypeError|RangeError|<html/i);
  return error.code;
}

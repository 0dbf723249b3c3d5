/** Sockets and requests that say whatever they are told to, and remember every byte of the answer. */
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { closeCodes, httpErrors } from "@pbxis/shared";
import { expect } from "vitest";
import { WebSocket } from "ws";

export type Said = string | Buffer;

/** How it ended: a close code, or the status of a refused upgrade. */
export type End = Readonly<{ code: number; reason: string }>;

export type Raw = Readonly<{
  heard: readonly string[];
  say: (...all: readonly Said[]) => void;
  /** Bytes that claim to be text. */
  sayAsText: (bytes: Buffer) => void;
  end: Promise<End>;
  close: () => void;
}>;

/** Resolves when it is open, or refused. */
export async function openRaw(root: URL, path: string, headers: Readonly<Record<string, string>>): Promise<Raw> {
  const socket = new WebSocket(`ws://${root.host}${path}`, { headers });
  const heard: string[] = [];
  socket.on("message", (data) => heard.push(String(data)));
  socket.on("error", () => {});
  const refused = once(socket, "unexpected-response").then(async ([outgoing, incoming]): Promise<End> => {
    let body = "";
    for await (const part of incoming) body += part;
    heard.push(body);
    outgoing.destroy();
    return { code: incoming.statusCode, reason: body };
  });
  const closed = once(socket, "close").then(([code, reason]): End => ({ code, reason: String(reason) }));
  const end = Promise.race([refused, closed]);
  await Promise.race([once(socket, "open"), end]);
  return {
    heard,
    say: (...all) => {
      for (const one of all) socket.send(one);
    },
    sayAsText: (bytes) => socket.send(bytes, { binary: false }),
    end,
    close: () => socket.terminate(),
  };
}

/** The end if it comes within `patienceMs`, otherwise null; the socket is gone in both cases. */
export async function endWithin(raw: Raw, patienceMs = 20_000): Promise<End | null> {
  const end = await Promise.race([raw.end, sleep(patienceMs, null)]);
  raw.close();
  return end;
}

/** The end with its code and its name as the register has them. */
export function closedWith(reason: keyof typeof closeCodes): End {
  return { code: closeCodes[reason].code, reason };
}

export type Sent = Readonly<{
  method?: string;
  headers?: Readonly<Record<string, string | string[]>>;
  /** A list goes without a length, in chunks. */
  body?: string | Buffer | readonly Buffer[];
}>;
export type Answer = Readonly<{ status: number; type: string; headers: string; text: string }>;

/** By Node's own client, which sends a path and headers as they are given. */
export function ask(root: URL, path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  const { hostname, port } = root;
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: { ...headers } }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      const type = incoming.headers["content-type"] ?? "";
      const told = JSON.stringify(incoming.rawHeaders);
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, type, headers: told, text }));
    });
    outgoing.on("error", reject);
    if (Array.isArray(body)) for (const part of body) outgoing.write(part);
    else if (typeof body === "string" || Buffer.isBuffer(body)) outgoing.write(body);
    outgoing.end();
  });
}

const statuses = new Map(Object.entries(httpErrors).map(([code, { status }]) => [code, status as number]));

/** The code of a refusal; fails where an answer is not one as section 8 has them, or tells of the worker's inside. */
export function codeOf({ status, type, text }: Answer, what = ""): string {
  expect(type, `${what} ${status} ${text.slice(0, 200)}`).toContain("application/json");
  const { error }: { error: { code: string; message: string } } = JSON.parse(text);
  expect(statuses.get(error.code), `${what} ${error.code} with ${status}`).toBe(status);
  expect(error.message.length).toBeGreaterThan(0);
  expect(text).not.toMatch(/\bat [\w.]+ \(|node_modules|\.ts:\d|TypeError|RangeError|<html/i);
  return error.code;
}

/** WebSockets of a Durable Object: accepted once, kept over its activations, with an attachment of at most 16 KiB. */
import { serialize } from "node:v8";
import type { Closing, WireEnd } from "../wire.ts";

const maxAttachmentBytes = 16_384;

/** The object's end of a pair. Messages sent before it is connected wait. */
export class ServerSocket {
  end: WireEnd | null = null;
  pingReceivedAt: number | null = null;
  isListed = false;
  #attachment: unknown = null;
  #waiting: ({ text: string } | { closing: Closing })[] = [];

  join(end: WireEnd): void {
    this.end = end;
    for (const item of this.#waiting.splice(0)) {
      if ("text" in item) end.send(item.text);
      else end.close(item.closing);
    }
  }

  send(text: string): void {
    if (this.end) this.end.send(text);
    else this.#waiting.push({ text });
  }

  close(code = 1000, reason = ""): void {
    if (this.end) this.end.close({ code, reason });
    else this.#waiting.push({ closing: { code, reason } });
  }

  get bufferedAmount(): number {
    return this.end?.buffered() ?? 0;
  }

  serializeAttachment(value: unknown): void {
    if (serialize(value).byteLength > maxAttachmentBytes) throw new Error("an attachment of more than 16,384 bytes");
    this.#attachment = structuredClone(value);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }
}

/** The other end, which the worker returns in a response. Only its peer matters. */
export class ClientSocket {
  readonly server: ServerSocket;
  constructor(server: ServerSocket) {
    this.server = server;
  }
}

export class SocketPair {
  readonly 0: ClientSocket;
  readonly 1: ServerSocket;
  constructor() {
    this[1] = new ServerSocket();
    this[0] = new ClientSocket(this[1]);
  }
}

export class AutoResponse {
  readonly request: string;
  readonly response: string;
  constructor(request: string, response: string) {
    this.request = request;
    this.response = response;
  }
}

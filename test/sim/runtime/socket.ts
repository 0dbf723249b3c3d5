/** WebSockets of the worker and of its objects: two ends, which a connection joins. */
import { serialize } from "node:v8";
import type { Closing, Data, WireEnd } from "../wire.ts";

const maxAttachmentBytes = 16_384;

type Listeners = {
  message: (event: Readonly<{ data: Data }>) => void;
  close: (event: Closing) => void;
  error: () => void;
};

/** One end of a pair. What is sent before it is connected waits. An end that the worker accepts gets events. */
class PairEnd {
  end: WireEnd | null = null;
  isAccepted = false;
  readonly #listeners: { [Type in keyof Listeners]: Listeners[Type][] } = { message: [], close: [], error: [] };
  #waiting: ({ text: string } | { closing: Closing })[] = [];

  accept(): void {
    this.isAccepted = true;
  }

  addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type]): void {
    this.#listeners[type].push(listener);
  }

  join(end: WireEnd): void {
    this.end = end;
    if (this.isAccepted) {
      end.onData = (data) => {
        for (const listener of this.#listeners.message) listener({ data });
      };
      end.onClose = (closing) => {
        for (const listener of this.#listeners.close) listener(closing);
      };
    }
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
}

/** The end that stays: an object's, accepted once and kept over its activations, with an attachment; or the worker's. */
export class ServerSocket extends PairEnd {
  pingReceivedAt: number | null = null;
  isListed = false;
  #attachment: unknown = null;

  serializeAttachment(value: unknown): void {
    if (serialize(value).byteLength > maxAttachmentBytes) throw new Error("an attachment of more than 16,384 bytes");
    this.#attachment = structuredClone(value);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }
}

/** The other end, which a response returns: the worker passes it on to its client, or holds it itself. */
export class ClientSocket extends PairEnd {
  readonly server: ServerSocket;
  /** Connects it with the object that has returned it. Set by the runtime. */
  connect: (() => WireEnd) | null = null;

  constructor(server: ServerSocket) {
    super();
    this.server = server;
  }

  override accept(): void {
    super.accept();
    if (!this.connect) throw new Error("no object has returned this socket");
    this.join(this.connect());
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

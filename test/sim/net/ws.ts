/** The stand-in for the parts of the module `ws` that the connector's uplink uses. */
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { broken, type Closing, type WireEnd } from "../wire.ts";
import { theNetwork } from "./network.ts";

export type RawData = Buffer;
type Options = Readonly<{ headers: Readonly<Record<string, string>> }>;

export class WebSocket extends EventEmitter {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = WebSocket.CONNECTING;
  #end: WireEnd | null = null;

  constructor(url: URL, { headers }: Options) {
    super();
    const { clock, dial } = theNetwork();
    void dial(url, headers, clock.current()).then((dialed) => {
      if (this.readyState !== WebSocket.CONNECTING) {
        if (dialed && "end" in dialed) dialed.end.close({ code: 1000, reason: "" });
        return;
      }
      if (!dialed) this.#fail("connect ECONNREFUSED");
      else if ("end" in dialed) this.#open(dialed.end);
      else this.emit("unexpected-response", {}, Object.assign(Readable.from([]), { statusCode: dialed.status }));
    });
  }

  send(text: string): void {
    if (this.readyState === WebSocket.OPEN) this.#end?.send(text);
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSING;
    this.#end?.close({ code, reason });
  }

  terminate(): void {
    this.#end?.close(broken);
    this.#end = null;
    this.#closed(broken);
  }

  #open(end: WireEnd): void {
    this.#end = end;
    this.readyState = WebSocket.OPEN;
    end.onData = (data) => {
      if (this.readyState === WebSocket.OPEN) this.emit("message", Buffer.from(data), false);
    };
    end.onClose = (closing) => {
      if (this.readyState === WebSocket.OPEN && closing.code !== broken.code) end.close(closing);
      this.#closed(closing);
    };
    this.emit("open");
  }

  #fail(message: string): void {
    this.emit("error", new Error(message));
    this.#closed(broken);
  }

  #closed({ code, reason }: Closing): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.emit("close", code, Buffer.from(reason));
  }
}

/**
 * The stand-in for the parts of `node:net` that the connector and the simulated PBX use. Bytes arrive in chunks of
 * random size.
 */
import { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";
import type { Process } from "../clock.ts";
import { broken, createWire, type WireEnd } from "../wire.ts";
import { theNetwork } from "./network.ts";

const servers = new Map<number, Server>();
let nextPort = 5038;

export function resetPorts(): void {
  servers.clear();
}

export class Socket extends EventEmitter {
  destroyed = false;
  #end: WireEnd | null = null;
  #decoder: StringDecoder | null = null;

  join(end: WireEnd): void {
    this.#end = end;
    end.onData = (data) => this.#receive(Buffer.from(data));
    end.onClose = (closing) => {
      if (this.destroyed) return;
      if (closing.code !== broken.code) end.close(closing);
      this.#finish(closing.code === broken.code ? new Error("read ECONNRESET") : null);
    };
  }

  fail(error: Error): void {
    if (!this.destroyed) this.#finish(error);
  }

  get writable(): boolean {
    return !this.destroyed && this.#end !== null;
  }

  get writableLength(): number {
    return this.#end?.buffered() ?? 0;
  }

  setEncoding(_encoding: "utf8"): this {
    this.#decoder = new StringDecoder("utf8");
    return this;
  }

  write(data: string | Uint8Array): boolean {
    this.#end?.send(typeof data === "string" ? Buffer.from(data) : Buffer.from(data));
    return true;
  }

  end(): this {
    this.#end?.close({ code: 1000, reason: "" });
    return this;
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    this.#end?.close({ code: 1000, reason: "" });
    this.#finish(error ?? null);
    return this;
  }

  /** TCP does not preserve the boundaries of writes. */
  #receive(bytes: Buffer): void {
    const { chance } = theNetwork();
    let rest = bytes;
    while (rest.length > 0 && !this.destroyed) {
      const size = chance() < 0.5 ? rest.length : 1 + Math.floor(chance() * rest.length);
      const piece = rest.subarray(0, size);
      rest = rest.subarray(size);
      this.emit("data", this.#decoder?.write(piece) ?? piece);
    }
  }

  #finish(error: Error | null): void {
    this.destroyed = true;
    if (error) this.emit("error", error);
    this.emit("close");
  }
}

export class Server extends EventEmitter {
  listening = false;
  readonly accept: (socket: Socket) => void;
  process: Process | null = null;
  #port = 0;

  constructor(accept: (socket: Socket) => void) {
    super();
    this.accept = accept;
  }

  listen(port: number, _host?: string): this {
    const { clock } = theNetwork();
    this.#port = port || nextPort++;
    this.process = clock.current();
    clock.after(0, this.process, "listens", () => {
      servers.set(this.#port, this);
      this.listening = true;
      this.emit("listening");
    });
    return this;
  }

  address(): { port: number } {
    return { port: this.#port };
  }

  close(): this {
    const { clock } = theNetwork();
    servers.delete(this.#port);
    this.listening = false;
    clock.after(0, this.process as Process, "listens no more", () => this.emit("close"));
    return this;
  }
}

export function createServer(_options: object, accept: (socket: Socket) => void): Server {
  return new Server(accept);
}

export function connect({ port }: Readonly<{ host?: string; port: number }>): Socket {
  const { clock, chance, tcpOf, onTcp } = theNetwork();
  const tcp = tcpOf(port);
  const socket = new Socket();
  const caller = clock.current();
  clock.after(tcp.least + chance() * (tcp.most - tcp.least), caller, "connects to AMI", () => {
    const server = servers.get(port);
    if (socket.destroyed) return;
    if (!server?.process?.alive || tcp.isDown) {
      socket.fail(new Error(`connect ECONNREFUSED ${port}`));
      return;
    }
    const { process } = server;
    // A machine that stands still answers later, if somebody still waits for it.
    clock.enter(process, "accepts AMI", () => {
      if (socket.destroyed || !caller.alive) return;
      const wire = createWire({ clock, chance, conditions: tcp, name: "AMI", processes: [caller, process] });
      onTcp(port, wire.cut, [caller, process]);
      socket.join(wire.ends[0]);
      const accepted = new Socket();
      accepted.join(wire.ends[1]);
      server.accept(accepted);
      clock.as(caller, () => socket.emit("connect"));
    });
  });
  return socket;
}

export function isIP(text: string): number {
  return /^[0-9.]+$/.test(text) ? 4 : 0;
}

/**
 * The worker's isolate, in which its routes run: requests, and the sockets and bodies that they hold. It may end at any
 * time, with all of them.
 */
import type { Opened } from "../client-network.ts";
import { type Clock, createProcess, type Machine, type Process } from "../clock.ts";
import { type Conditions, createWire, type Wire } from "../wire.ts";
import type { SimulatedObject } from "./object.ts";
import type { ClientSocket } from "./socket.ts";

type Options = Readonly<{
  clock: Clock;
  chance: () => number;
  bodyChance: () => number;
  machine: Machine;
  bodies: BodyFaults;
  /** Makes the isolate's own environment. */
  newEnv: () => unknown;
  fetch: (request: Request, env: unknown, context: unknown) => Promise<Response>;
  /** The object whose socket it is; undefined for one that the worker holds. */
  ownerOf: (socket: ClientSocket) => SimulatedObject | undefined;
}>;

/**
 * The percentages of a body's chunks that arrive in two parts, and of those whose second part never comes. Of chunks with
 * more bytes than `longChunk` there are ten times as many.
 */
export type BodyFaults = { parted: number; broken: number };
const longChunk = 1_000;
/** In this time the second part comes, or both ends notice that it does not. */
const partMs = 200;
const noticeMs = 12_000;

type Running = Readonly<{ process: Process; env: unknown; pending: Set<() => void>; wires: Set<Wire> }>;

/** Closed connections are forgotten beyond so many. */
const maxWires = 60;
export type Refused = Readonly<{ status: number }>;
/** What a client gets whose request ended with the isolate. */
const gone: Refused = { status: 502 };

export class Isolate {
  readonly #options: Options;
  #running: Running;
  #count = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#running = this.#start();
  }

  #start(): Running {
    const process = createProcess(`worker ${++this.#count}`, this.#options.machine);
    return { process, env: this.#options.newEnv(), pending: new Set(), wires: new Set() };
  }

  /** Its requests fail, its sockets break, and the next request finds a new one. */
  end(): void {
    const { process, pending, wires } = this.#running;
    process.alive = false;
    this.#running = this.#start();
    for (const fail of [...pending]) fail();
    for (const wire of wires) wire.cut("loud");
  }

  /** A connection between the isolate and an object or a client. */
  wire(other: Process, conditions: Conditions, name: string): Wire {
    const { clock, chance } = this.#options;
    const { process, wires } = this.#running;
    const wire = createWire({ clock, chance, conditions, name, processes: [other, process] });
    if (wires.size > maxWires) for (const one of wires) if (!one.isOpen()) wires.delete(one);
    wires.add(wire);
    return wire;
  }

  fetch(request: Request): Promise<Response> {
    const { clock } = this.#options;
    const { process, env, pending } = this.#running;
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error("Network connection lost."));
      pending.add(fail);
      const context = { waitUntil: (done: Promise<unknown>) => void done.catch(() => {}), passThroughOnException() {} };
      clock.enter(process, "request", () => {
        this.#options.fetch(request, env, context).then(
          (response) => {
            if (!pending.delete(fail) || !process.alive) return;
            resolve(response);
          },
          (error) => {
            pending.delete(fail);
            reject(error);
          },
        );
      });
    });
  }

  /** As `Edge.open`. */
  open(request: Request, caller: Process, conditions: Conditions, name: string): Promise<Opened | Refused> {
    return this.#openWith(
      caller,
      conditions,
      name,
      () => this.fetch(request),
      (response) => {
        const socket = Reflect.get(response, "webSocket") as ClientSocket | null;
        if (!socket) return null;
        const owner = this.#options.ownerOf(socket);
        if (!owner) {
          const wire = this.wire(caller, conditions, name);
          socket.server.join(wire.ends[1]);
          return wire;
        }
        const { clock, chance } = this.#options;
        const wire = createWire({ clock, chance, conditions, name, processes: [caller, owner.platform] });
        owner.attach(socket.server, wire.ends[1]);
        return wire;
      },
    );
  }

  /** As `Edge.stream`. */
  stream(request: Request, caller: Process, conditions: Conditions, name: string): Promise<Opened | Refused> {
    const abort = new AbortController();
    const send = () => this.fetch(new Request(request, { signal: abort.signal }));
    return this.#openWith(caller, conditions, name, send, ({ status, body }) => {
      if (status !== 200 || !body) return null;
      const wire = this.wire(caller, conditions, name);
      const [, end] = wire.ends;
      const reader = body.getReader();
      end.onClose = () => {
        abort.abort();
        reader.cancel().catch(() => {});
      };
      const pump = async () => {
        for (let read = await reader.read(); !read.done; read = await reader.read()) await sendPart(read.value);
        end.close({ code: 1000, reason: "" });
      };
      const sendPart = this.#sendInParts(wire);
      pump().catch(() => wire.cut("loud"));
      return wire;
    });
  }

  /**
   * The network cuts a body anywhere. What follows comes a little later, or never; then the worker writes on for a while
   * until it notices.
   */
  #sendInParts(wire: Wire): (chunk: Uint8Array) => Promise<void> {
    const { clock, bodyChance: chance, bodies } = this.#options;
    const [, end] = wire.ends;
    let isLost = false;
    return async (chunk) => {
      if (isLost) return;
      const cutAt = Math.floor(chance() * chunk.length);
      const draw = chance() * (chunk.length > longChunk ? 10 : 100);
      if (draw >= bodies.parted) return end.send(chunk);
      end.send(chunk.subarray(0, cutAt));
      isLost = draw < bodies.broken;
      if (isLost) return void clock.after(chance() * noticeMs, arrivals, "a body breaks", () => wire.cut("loud"));
      await new Promise<void>((resolve) => void clock.after(chance() * partMs, arrivals, "a chunk's rest", resolve));
      end.send(chunk.subarray(cutAt));
    };
  }

  /** `join` connects the response with the caller, or returns null for a refusal. */
  #openWith(
    caller: Process,
    conditions: Conditions,
    name: string,
    send: () => Promise<Response>,
    join: (response: Response) => Wire | null,
  ): Promise<Opened | Refused> {
    const { clock, chance } = this.#options;
    return new Promise((resolve) => {
      const latency = conditions.least + chance() * (conditions.most - conditions.least);
      const refuse = (refused: Refused) =>
        void clock.after(latency, caller, `${name} is refused`, () => resolve(refused));
      clock.after(latency, arrivals, `${name} opens`, () => {
        send().then(
          (response) => {
            const wire = join(response);
            if (!wire) return refuse({ status: response.status });
            const [end] = wire.ends;
            // Data that arrives before the caller has its handlers waits.
            end.pause(true);
            clock.after(latency, caller, `${name} is open`, () => {
              if (!wire.isOpen()) return resolve(gone);
              end.pause(false);
              resolve({ end, wire });
            });
          },
          () => refuse(gone),
        );
      });
    });
  }
}

/** The platform, which finds an isolate for each request. */
const arrivals = createProcess("platform");

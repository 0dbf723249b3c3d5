/**
 * One Durable Object as the platform runs it. Its storage, sockets and alarm survive its activations, which are its
 * instances in memory. An activation starts with the first event, may end between any two events, and ends its pending
 * calls with it.
 */
import { type Clock, createProcess, type Machine, type Process } from "../clock.ts";
import { broken, type Data } from "../wire.ts";
import type { AutoResponse, ServerSocket } from "./socket.ts";
import { createStorage, isStorageError, Sql, type WriteFaults } from "./storage.ts";

/** The handlers that the platform calls. */
export type Instance = {
  fetch: (request: Request) => Promise<Response>;
  alarm?: () => Promise<void>;
  webSocketMessage?: (socket: ServerSocket, message: Data) => unknown;
  webSocketClose?: (socket: ServerSocket, code: number, reason: string, wasClean: boolean) => unknown;
};
export type ObjectClass = new (ctx: unknown, env: unknown) => Instance;

type Activation = { process: Process; instance: Instance | null; pending: Set<(error: Error) => void> };

/** `lateMs`: at most so late. `repeats`: percentage of alarms that ring once more although their handler succeeded. */
export type AlarmFaults = { lateMs: number; repeats: number };

/** What the platform does to all objects, and chance. */
export type Surroundings = Readonly<{
  clock: Clock;
  chance: () => number;
  /** The wall-clock time at which the clock was 0. */
  beginning: number;
  /** The clock of the platform. */
  machine: Machine;
  writes: WriteFaults;
  alarms: AlarmFaults;
}>;

/** An alarm whose handler fails is repeated after this time, then after twice as long, and so on. */
const alarmRetryMs = 2000;
const maxAlarmRetries = 6;
export const brokenStub = "this stub is broken";
const lost = () => new Error("Network connection lost.");

export class SimulatedObject {
  readonly name: string;
  readonly kind: string;
  readonly sql: Sql;
  /** Errors that its handlers have thrown. */
  readonly errors: string[] = [];
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  readonly #make: () => { Class: ObjectClass; env: unknown };
  /** The process of the platform's own work for this object. It never ends. */
  readonly platform: Process;
  readonly #values = new Map<string, unknown>();
  readonly #sockets = new Set<ServerSocket>();
  #autoResponse: AutoResponse | null = null;
  #activation: Activation | null = null;
  #activationCount = 0;
  #alarmAt: number | null = null;
  /** The alarm of this time does not ring. */
  #lostAlarmAt: number | null = null;

  constructor(
    surroundings: Surroundings,
    kind: string,
    name: string,
    make: () => { Class: ObjectClass; env: unknown },
  ) {
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock;
    this.sql = new Sql(surroundings.writes, surroundings.chance);
    this.kind = kind;
    this.name = name;
    this.#make = make;
    this.platform = createProcess(`${kind} ${name}`, surroundings.machine);
  }

  /** Runs `run` in the present activation, or in a new one. Calls exactly one of `onDone` and `onLost`. */
  enter(
    what: string,
    run: (instance: Instance) => unknown,
    onDone: (value: unknown) => void,
    onLost: (error: Error) => void,
  ): void {
    const activation = this.#wake();
    const fail = (error: Error) => {
      if (activation.pending.delete(fail)) onLost(error);
    };
    activation.pending.add(fail);
    this.#clock.after(0, activation.process, `${this.kind}: ${what}`, () => {
      Promise.resolve()
        .then(() => run(activation.instance as Instance))
        .then(
          (value) => {
            if (activation.pending.delete(fail)) onDone(value);
          },
          (error) => {
            this.#recordError(activation, error);
            fail(error instanceof Error ? error : new Error(String(error)));
          },
        );
    });
  }

  /** Queries the storage from outside; no rows if the table does not exist yet. */
  query(text: string, ...values: number[]): Record<string, unknown>[] {
    try {
      return this.sql.exec(text, ...values).toArray();
    } catch {
      return [];
    }
  }

  /** Records an uncaught error of a handler, unless the simulation injected it. */
  #recordError(activation: Activation, error: unknown): void {
    const isSimulated =
      error instanceof Error &&
      (error.message === lost().message || error.message === brokenStub || isStorageError(error));
    if (activation.process.alive && !isSimulated)
      this.errors.push(`${this.kind} threw: ${error instanceof Error ? error.stack : error}`);
  }

  /** True if it is in memory with no pending calls, so that it can be evicted. */
  isIdle(): boolean {
    return this.#activation !== null && this.#activation.pending.size === 0;
  }

  /** Its present alarm never rings. */
  loseAlarm(): void {
    this.#lostAlarmAt = this.#alarmAt;
  }

  /** Hibernation: the memory is lost; sockets and the alarm remain. */
  evict(): void {
    if (this.isIdle()) this.#end(lost());
  }

  /** The memory, pending calls and all sockets are lost. */
  crash(error = lost()): void {
    this.#end(error);
    for (const socket of this.#sockets) socket.end?.close(broken);
    this.#sockets.clear();
  }

  #end(error: Error): void {
    const activation = this.#activation;
    if (!activation) return;
    this.#activation = null;
    activation.process.alive = false;
    for (const fail of [...activation.pending]) fail(error);
  }

  #wake(): Activation {
    if (this.#activation) return this.#activation;
    const activation: Activation = {
      process: createProcess(`${this.kind} ${this.name} (${++this.#activationCount})`, this.#surroundings.machine),
      instance: null,
      pending: new Set(),
    };
    this.#activation = activation;
    this.#clock.after(0, activation.process, `${this.kind} wakes`, () => {
      const { Class, env } = this.#make();
      try {
        activation.instance = new Class(this.#context(activation), env);
      } catch (error) {
        this.#fail(activation, error);
      }
    });
    return activation;
  }

  /** It could not start. The next event tries again. */
  #fail(activation: Activation, error: unknown): void {
    this.#recordError(activation, error);
    this.crash(error instanceof Error ? error : new Error(String(error)));
  }

  #context(activation: Activation) {
    const assertAlive = () => {
      if (!activation.process.alive) throw new Error("this activation has ended");
    };
    const alarm = {
      get: () => this.#alarmAt,
      set: (at: number) => this.#setAlarm(at),
      delete: () => this.#setAlarm(null),
    };
    return {
      id: { name: this.name, toString: () => this.name },
      storage: createStorage(this.sql, this.#values, alarm, assertAlive),
      // The clock settles all promises before the next event, so nothing can run in between.
      blockConcurrencyWhile: (run: () => Promise<unknown>) => run().catch((error) => this.#fail(activation, error)),
      waitUntil: (promise: Promise<unknown>) => void promise.catch((error) => this.#recordError(activation, error)),
      abort: () => this.crash(),
      acceptWebSocket: (socket: ServerSocket) => {
        assertAlive();
        socket.isListed = true;
        this.#sockets.add(socket);
      },
      getWebSockets: () => [...this.#sockets],
      setWebSocketAutoResponse: (pair: AutoResponse) => {
        this.#autoResponse = pair;
      },
      getWebSocketAutoResponseTimestamp: ({ pingReceivedAt }: ServerSocket) =>
        pingReceivedAt === null ? null : new Date(pingReceivedAt),
    };
  }

  /** Connects the socket that an upgrade returned to its connection. */
  attach(socket: ServerSocket, end: NonNullable<ServerSocket["end"]>): void {
    if (!this.#sockets.has(socket)) {
      end.close(broken);
      return;
    }
    end.onData = (data) => this.#onMessage(socket, data);
    end.onClose = ({ code, reason }) => {
      if (!this.#sockets.has(socket)) return;
      this.enter(
        "socket closes",
        (instance) => instance.webSocketClose?.(socket, code, reason, code !== broken.code),
        () => {},
        () => {},
      );
      // getWebSockets lists it until webSocketClose has run.
      this.#clock.after(0, this.platform, "socket is gone", () => this.#sockets.delete(socket));
    };
    socket.join(end);
  }

  #onMessage(socket: ServerSocket, data: Data): void {
    if (!this.#sockets.has(socket)) return;
    if (this.#autoResponse?.request === data) {
      socket.pingReceivedAt = Date.now();
      socket.send(this.#autoResponse.response);
      return;
    }
    const message = typeof data === "string" ? data : new Uint8Array(data).buffer;
    this.enter(
      "message",
      (instance) => instance.webSocketMessage?.(socket, message as Data),
      () => {},
      () => {},
    );
  }

  #setAlarm(at: number | null): void {
    const { beginning, machine, chance, alarms } = this.#surroundings;
    this.#alarmAt = at;
    this.#lostAlarmAt = null;
    if (at === null) return;
    const ring = () => {
      if (this.#alarmAt !== at || this.#lostAlarmAt === at) return;
      this.#alarmAt = null;
      this.#fireAlarm();
      if (alarms.repeats > 0 && chance() * 100 < alarms.repeats)
        this.#clock.after(chance() * alarmRetryMs, this.platform, "alarm repeated", () => this.#fireAlarm());
    };
    this.#clock.after(at - beginning - machine.aheadMs - this.#clock.now(), this.platform, "alarm", () => {
      if (alarms.lateMs === 0) ring();
      else this.#clock.after(chance() * alarms.lateMs, this.platform, "late alarm", ring);
    });
  }

  /** At least once: an alarm whose handler failed is repeated, but not for ever. */
  #fireAlarm(retries = 0): void {
    const again = () => {
      if (retries === maxAlarmRetries) return;
      const pauseMs = alarmRetryMs * 2 ** retries;
      this.#clock.after(pauseMs, this.platform, "alarm again", () => this.#fireAlarm(retries + 1));
    };
    this.enter(
      "alarm",
      (instance) => instance.alarm?.(),
      () => {},
      again,
    );
  }
}

/**
 * The simulated Workers runtime: namespaces of objects, and calls between objects that are delayed, fail before they
 * arrive, or lose their response.
 */

import type { Edge } from "../client-network.ts";
import { type Clock, createMachine, createProcess, type Machine } from "../clock.ts";
import { type Conditions, goodConditions } from "../wire.ts";
import { type BodyFaults, Isolate } from "./isolate.ts";
import { type AlarmFaults, brokenStub, type ObjectClass, SimulatedObject, type Surroundings } from "./object.ts";
import type { ClientSocket } from "./socket.ts";
import type { WriteFaults } from "./storage.ts";

/** `failures`: percentage of calls that fail; half of them after they were executed. Times in ms. */
export type CallFaults = { least: number; most: number; failures: number };
export const reliableCalls: Readonly<CallFaults> = { least: 0.2, most: 2, failures: 0 };
export const reliableWrites: Readonly<WriteFaults> = { failures: 0 };
const unreliableBodies: Readonly<BodyFaults> = { parted: 10, broken: 3 };
export const reliableBodies: Readonly<BodyFaults> = { parted: 10, broken: 0 };
export const punctualAlarms: Readonly<AlarmFaults> = { lateMs: 0, repeats: 0 };

const betweenParts: Readonly<Conditions> = { ...goodConditions, least: 0.2, most: 2 };

/** The exports of `worker/src/index.ts`. */
export type WorkerModule = Readonly<{
  default: { fetch: (request: Request, env: unknown, context: unknown) => Promise<Response> };
  SiteObject: ObjectClass;
  QueueObject: ObjectClass;
  AgentObject: ObjectClass;
  ChannelObject: ObjectClass;
  TicketObject: ObjectClass;
  WebhookObject: ObjectClass;
}>;

export type Runtime = Edge &
  Readonly<{
    calls: CallFaults;
    writes: WriteFaults;
    alarms: AlarmFaults;
    bodies: BodyFaults;
    objects: () => readonly SimulatedObject[];
    find: (kind: string, name: string) => SimulatedObject | undefined;
    /** The worker's isolate ends, with its requests and the streams that it holds; another one takes its place. */
    endIsolate: () => void;
  }>;

type Options = Readonly<{
  clock: Clock;
  chance: () => number;
  /** Where bodies are cut. */
  bodyChance: () => number;
  beginning: number;
  module: WorkerModule;
  settings: Readonly<Record<string, string>>;
  /** The clock of the platform. */
  machine?: Machine;
}>;

export function createRuntime(options: Options): Runtime {
  const { clock, chance, bodyChance, beginning, module, settings, machine = createMachine() } = options;
  const calls: CallFaults = { ...reliableCalls };
  const writes: WriteFaults = { ...reliableWrites };
  const alarms: AlarmFaults = { ...punctualAlarms };
  const bodies: BodyFaults = { ...unreliableBodies };
  const surroundings: Surroundings = { clock, chance, beginning, machine, writes, alarms };
  const objects = new Map<string, SimulatedObject>();
  const platform = createProcess("platform");
  const owners = new WeakMap<ClientSocket, SimulatedObject>();

  const namespaces = {
    SITE: "SiteObject",
    QUEUE: "QueueObject",
    AGENT: "AgentObject",
    CHANNEL: "ChannelObject",
    TICKET: "TicketObject",
    WEBHOOK: "WebhookObject",
  } as const;
  /** Each isolate has its own, by which it knows what it keeps in memory. */
  const newEnv = (): unknown => {
    const env: Record<string, unknown> = { ...settings };
    for (const [binding, Class] of Object.entries(namespaces))
      env[binding] = { getByName: (name: string) => stubOf(objectOf(binding, name, module[Class])) };
    return env;
  };
  const objectsEnv = newEnv();

  function objectOf(binding: string, name: string, Class: ObjectClass): SimulatedObject {
    const key = `${binding} ${name}`;
    const known = objects.get(key);
    if (known) return known;
    const object = new SimulatedObject(surroundings, binding, name, () => ({ Class, env: objectsEnv }));
    objects.set(key, object);
    return object;
  }

  const { fetch } = module.default;
  const isolate = new Isolate({
    clock,
    chance,
    bodyChance,
    machine,
    bodies,
    newEnv,
    fetch,
    ownerOf: (socket) => owners.get(socket),
  });

  /** The worker may hold the socket that an object returns, or pass it on to its client. */
  function noteSocket(response: Response, object: SimulatedObject): void {
    const socket = Reflect.get(response, "webSocket") as ClientSocket | null | undefined;
    if (!socket) return;
    owners.set(socket, object);
    socket.connect = () => {
      const wire = isolate.wire(object.platform, betweenParts, "stream within the worker");
      object.attach(socket.server, wire.ends[0]);
      return wire.ends[1];
    };
  }

  /** Calls on one stub keep their order. After a failure the stub is broken. */
  function stubOf(object: SimulatedObject): unknown {
    let lastArrival = 0;
    let isBroken = false;

    function call(method: string, args: readonly unknown[]): Promise<unknown> {
      const caller = clock.current();
      const latency = () => calls.least + chance() * (calls.most - calls.least);
      return new Promise((resolve, reject) => {
        const fail = (error: Error) => {
          isBroken = true;
          clock.after(latency(), caller, `${method} failed`, () => reject(error));
        };
        if (isBroken) return fail(new Error(brokenStub));
        const draw = chance() * 100;
        if (draw < calls.failures / 2) return fail(new Error("Network connection lost."));
        lastArrival = Math.max(clock.now() + latency(), lastArrival);
        clock.after(lastArrival - clock.now(), object.platform, `${method} arrives`, () =>
          object.enter(
            method,
            (instance) => (Reflect.get(instance, method) as (...args: unknown[]) => unknown).apply(instance, [...args]),
            (value) => {
              if (draw < calls.failures) return fail(new Error("Network connection lost."));
              if (value instanceof Response) noteSocket(value, object);
              const answer = value instanceof Response ? value : structuredClone(value);
              clock.after(latency(), caller, `${method} answered`, () => resolve(answer));
            },
            fail,
          ),
        );
      });
    }

    return new Proxy(
      {},
      {
        get: (_target, property) =>
          typeof property !== "string" || property === "then"
            ? undefined
            : (...args: readonly unknown[]) =>
                call(
                  property,
                  args.map((value) => (value instanceof Request ? value : structuredClone(value))),
                ),
      },
    );
  }

  return {
    calls,
    writes,
    alarms,
    bodies,
    objects: () => [...objects.values()],
    find: (kind, name) => objects.get(`${kind} ${name}`),
    endIsolate: () => isolate.end(),
    fetch: (request) =>
      new Promise(
        (resolve, reject) =>
          void clock.after(0, platform, "request", () => isolate.fetch(request).then(resolve, reject)),
      ),
    open: (request, caller, conditions, name) => isolate.open(request, caller, conditions, name),
    stream: (request, caller, conditions, name) => isolate.stream(request, caller, conditions, name),
  };
}

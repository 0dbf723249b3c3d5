/**
 * The simulated Workers runtime: namespaces of objects, and calls between objects that are delayed, fail before they
 * arrive, or lose their response.
 */

import type { Edge } from "../client-network.ts";
import type { Clock, Process } from "../clock.ts";
import { createWire } from "../wire.ts";
import { type AlarmFaults, brokenStub, type ObjectClass, SimulatedObject, type Surroundings } from "./object.ts";
import type { WriteFaults } from "./storage.ts";

/** `failures`: percentage of calls that fail; half of them after they were executed. Times in ms. */
export type CallFaults = { least: number; most: number; failures: number };
export const reliableCalls: Readonly<CallFaults> = { least: 0.2, most: 2, failures: 0 };
export const reliableWrites: Readonly<WriteFaults> = { failures: 0 };
export const punctualAlarms: Readonly<AlarmFaults> = { lateMs: 0, repeats: 0 };

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
    objects: () => readonly SimulatedObject[];
    find: (kind: string, name: string) => SimulatedObject | undefined;
  }>;

type Options = Readonly<{
  clock: Clock;
  chance: () => number;
  beginning: number;
  module: WorkerModule;
  settings: Readonly<Record<string, string>>;
}>;

export function createRuntime({ clock, chance, beginning, module, settings }: Options): Runtime {
  const calls: CallFaults = { ...reliableCalls };
  const writes: WriteFaults = { ...reliableWrites };
  const alarms: AlarmFaults = { ...punctualAlarms };
  const surroundings: Surroundings = { clock, chance, beginning, writes, alarms };
  const objects = new Map<string, SimulatedObject>();
  const worker: Process = { name: "worker", alive: true };
  const sockets = new WeakMap<object, SimulatedObject>();
  const env: Record<string, unknown> = { ...settings };

  const namespaces = {
    SITE: "SiteObject",
    QUEUE: "QueueObject",
    AGENT: "AgentObject",
    CHANNEL: "ChannelObject",
    TICKET: "TicketObject",
    WEBHOOK: "WebhookObject",
  } as const;
  for (const [binding, Class] of Object.entries(namespaces))
    env[binding] = {
      getByName: (name: string) => {
        const key = `${binding} ${name}`;
        let object = objects.get(key);
        if (!object) {
          object = new SimulatedObject(surroundings, binding, name, () => ({ Class: module[Class], env }));
          objects.set(key, object);
        }
        return stubOf(object);
      },
    };

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
              if (value instanceof Response && "webSocket" in value && value.webSocket)
                sockets.set(value.webSocket as object, object);
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

  const answer = (request: Request): Promise<Response> =>
    clock.as(worker, () =>
      module.default.fetch(request, env, { waitUntil: () => {}, passThroughOnException: () => {} }),
    );

  return {
    calls,
    writes,
    alarms,
    objects: () => [...objects.values()],
    find: (kind, name) => objects.get(`${kind} ${name}`),
    fetch: (request) =>
      new Promise(
        (resolve, reject) => void clock.after(0, worker, "request", () => answer(request).then(resolve, reject)),
      ),
    open: (request, caller, conditions, name) =>
      new Promise((resolve) => {
        const latency = conditions.least + chance() * (conditions.most - conditions.least);
        clock.after(latency, worker, `${name} opens`, () => {
          answer(request).then((response) => {
            const socket = Reflect.get(response, "webSocket") as {
              server: Parameters<SimulatedObject["attach"]>[0];
            } | null;
            const object = socket && sockets.get(socket);
            if (!socket || !object)
              return void clock.after(latency, caller, `${name} is refused`, () =>
                resolve({ status: response.status }),
              );
            const wire = createWire({ clock, chance, conditions, name, processes: [caller, object.platform] });
            const [end] = wire.ends;
            // Data that arrives before the caller has its handlers waits.
            end.pause(true);
            object.attach(socket.server, wire.ends[1]);
            clock.after(latency, caller, `${name} is open`, () => {
              end.pause(false);
              resolve({ end, wire });
            });
          });
        });
      }),
  };
}

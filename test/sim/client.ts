/**
 * A simulated client: the typed client as a page uses it, with its own network conditions and a record of what it
 * received.
 */
import {
  type CommandInput,
  type CommandOutcome,
  connectSite,
  type Link,
  type SiteClient,
  type SubscribedSite,
  type Subscription,
} from "@pbxis/shared/client";
import type { Audience } from "./audience.ts";
import { type Abort, createFetch, createSocketClass, type Edge, type Losses, type Opened } from "./client-network.ts";
import { type ClientStream, createClientStream } from "./client-stream.ts";
import { type Clock, createMachine, createProcess, type Machine, type Process } from "./clock.ts";
import { type Conditions, goodConditions } from "./wire.ts";

/** `silent`: never acknowledges. `slow`: reads only from time to time. */
export type Habit = "diligent" | "slow" | "silent";

export type Role = Readonly<{
  name: string;
  token: string;
  subscription: Subscription;
  audience: Audience;
  habit: Habit;
}>;

/** What a client shows of a site. */
export type Shown = Readonly<{ link: () => Link | null; state: Pick<SubscribedSite["state"], "events"> }>;

export type SimulatedClient = Readonly<{
  role: Role;
  conditions: Conditions;
  machine: Machine;
  /** One for each time that the page was loaded; the last one is current. */
  streams: readonly ClientStream[];
  status: () => string;
  subscribed: () => Shown;
  /** Cuts the socket, if one is open. */
  cut: (how: "loud" | "silent") => void;
  /** The address of its last stream, whose ticket it has used; null before. */
  usedTicket: () => string | null;
  /** Reloads the page: the client starts without any state. */
  reload: () => void;
  command: (command: CommandInput, key: string) => Promise<CommandOutcome>;
  /**
   * In bytes. `unread`: sent by the worker on the present socket but not arrived; `received`: arrived on it; `largest`:
   * the largest message of all sockets.
   */
  traffic: () => Readonly<{ unread: number; received: number; largest: number }>;
  gaps: () => number;
}>;

type Options = Readonly<{ clock: Clock; chance: () => number; edge: Edge; losses: Losses; role: Role }>;

const readMs = 300;
const idleMs = 2500;

export function createClient({ clock, chance, edge, losses, role }: Options): SimulatedClient {
  const conditions: Conditions = { ...goodConditions };
  const machine = createMachine();
  const streams: ClientStream[] = [];
  let process: Process;
  let site: SiteClient;
  let subscribed: SubscribedSite;
  let opened: Opened | null = null;
  let usedTicket: string | null = null;
  let gaps = 0;
  let received = 0;
  let largest = 0;

  function start(): void {
    process = createProcess(role.name, machine);
    const stream = createClientStream(`${role.name}.${streams.length}`, role.audience);
    streams.push(stream);
    const network = { clock, chance, process, conditions, losses, edge };
    const reader = process;
    const WebSocket = createSocketClass(network, {
      onOpened: (fresh, url) => {
        opened = fresh;
        usedTicket = url;
        received = 0;
        if (role.habit === "slow") readNowAndThen(fresh, reader);
      },
      onText: (text) => {
        received += text.length;
        largest = Math.max(largest, text.length);
        stream.receive(text);
      },
      maySend: (text) => role.habit !== "silent" || text === "ping",
    });
    clock.as(process, () => {
      site = connectSite({
        url: "https://edge.simulated",
        site: "hq",
        token: role.token,
        transport: "websocket",
        platform: { fetch: createFetch(network), WebSocket, newAbort },
      });
      subscribed = site.subscribe(role.subscription, {
        onGap: () => {
          gaps++;
        },
      });
    });
  }

  function readNowAndThen({ end }: Opened, reader: Process): void {
    end.pause(true);
    clock.after(idleMs, reader, "reads", () => {
      end.pause(false);
      clock.after(readMs, reader, "reads no more", () => readNowAndThen({ end } as Opened, reader));
    });
  }

  start();
  return {
    role,
    conditions,
    machine,
    streams,
    status: () => subscribed.status().kind,
    subscribed: () => subscribed,
    cut: (how) => opened?.wire.cut(how),
    usedTicket: () => usedTicket,
    reload: () => {
      process.alive = false;
      opened?.wire.cut("loud");
      opened = null;
      start();
    },
    command: (command, key) => clock.as(process, () => site.command(command, { idempotencyKey: key })),
    traffic: () => ({ unread: opened?.wire.ends[1].buffered() ?? 0, received, largest }),
    gaps: () => gaps,
  };
}

export function newAbort(): { signal: never; abort: () => void } {
  const abort: Abort = { isAborted: false, onAbort: () => {} };
  return {
    signal: abort as never,
    abort: () => {
      if (abort.isAborted) return;
      abort.isAborted = true;
      abort.onAbort();
    },
  };
}

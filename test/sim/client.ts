/** A client of the simulation: the typed client as pages use it, on a network of its own, and the stream of what it was told. */
import {
  type CommandInput,
  type CommandOutcome,
  connectSite,
  type SiteClient,
  type SubscribedSite,
  type Subscription,
} from "@pbxis/shared/client";
import type { Audience } from "./audience.ts";
import { type Abort, createFetch, createSocketClass, type Edge, type Losses, type Opened } from "./client-network.ts";
import { type ClientStream, createClientStream } from "./client-stream.ts";
import { type Clock, createProcess, type Process } from "./clock.ts";
import { type Conditions, goodConditions } from "./wire.ts";

/** `silent`: never acknowledges. `slow`: reads now and then. */
export type Habit = "diligent" | "slow" | "silent";

export type Role = Readonly<{
  name: string;
  token: string;
  subscription: Subscription;
  audience: Audience;
  habit: Habit;
}>;

export type SimulatedClient = Readonly<{
  role: Role;
  conditions: Conditions;
  /** One for each life of the page; the last one is of the present life. */
  streams: readonly ClientStream[];
  status: () => string;
  subscribed: () => SubscribedSite;
  /** Breaks the socket, if there is one. */
  cut: (how: "loud" | "silent") => void;
  /** The page is closed and opened again: nothing is remembered. */
  reload: () => void;
  command: (command: CommandInput, key: string) => Promise<CommandOutcome>;
  /** In bytes. Of the present socket: what the worker has sent and has not arrived, and what has; and the largest message of all. */
  traffic: () => Readonly<{ unread: number; received: number; largest: number }>;
  gaps: () => number;
}>;

type Options = Readonly<{ clock: Clock; chance: () => number; edge: Edge; losses: Losses; role: Role }>;

const readMs = 300;
const idleMs = 2500;

export function createClient({ clock, chance, edge, losses, role }: Options): SimulatedClient {
  const conditions: Conditions = { ...goodConditions };
  const streams: ClientStream[] = [];
  let process: Process;
  let site: SiteClient;
  let subscribed: SubscribedSite;
  let opened: Opened | null = null;
  let gaps = 0;
  let received = 0;
  let largest = 0;

  function start(): void {
    process = createProcess(role.name);
    const stream = createClientStream(`${role.name}.${streams.length}`, role.audience);
    streams.push(stream);
    const network = { clock, chance, process, conditions, losses, edge };
    const mine = process;
    const WebSocket = createSocketClass(network, {
      onOpened: (fresh) => {
        opened = fresh;
        received = 0;
        if (role.habit === "slow") readNowAndThen(fresh, mine);
      },
      onText: (text) => {
        received += text.length;
        largest = Math.max(largest, text.length);
        stream.take(text);
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
    streams,
    status: () => subscribed.status().kind,
    subscribed: () => subscribed,
    cut: (how) => opened?.wire.cut(how),
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

function newAbort(): { signal: never; abort: () => void } {
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

/** The simulated PBX on a TCP port. This file owns the sockets and the clock; core.ts decides what happens. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Command, Pbx } from "../core.ts";
import type { Packet } from "../packet.ts";
import type { Completed, Ended, PbxState } from "../state.ts";
import { createJournal, type Journal } from "./journal.ts";
import { banner, createManagerSession, fullyBooted, type ManagerAccount, type ManagerSession } from "./session.ts";

/** The interval at which due work is executed. */
const tickMs = 250;
const shutdownDelayMs = 200;
/** A manager with more unread bytes is disconnected, similar to Asterisk's `writetimeout`. */
const maxUnreadBytes = 8 * 1024 * 1024;

export type PbxServer = Readonly<{
  port: number;
  journal: Journal;
  run: (command: Command) => boolean;
  cutConnections: () => void;
  /**
   * Asterisk's `core restart now`: sends Shutdown, closes all connections, and starts again after `downMs` with the PBX
   * that `fresh` creates. A call during a restart returns the promise of that restart.
   */
  restart: (fresh: () => Pbx, downMs: number) => Promise<void>;
  stop: () => Promise<void>;
}>;

type Options = Readonly<{
  host: string;
  port: number;
  account: ManagerAccount;
  pbx: Pbx;
  onCompleted?: (call: Completed) => void;
  onEnded?: (ended: Ended) => void;
  onMoment?: (state: PbxState) => void;
}>;

export async function startServer({ host, account, ...options }: Options): Promise<PbxServer> {
  let { pbx } = options;
  const journal = createJournal();
  const sessions = new Map<Socket, ManagerSession>();
  const sendToAll = (packet: Packet) => {
    for (const session of sessions.values()) session.deliver(packet);
  };
  const flush = () => {
    for (const packet of pbx.take()) sendToAll(packet);
    for (const call of pbx.takeCompleted()) options.onCompleted?.(call);
    for (const ended of pbx.takeEnded()) options.onEnded?.(ended);
    options.onMoment?.(pbx.state);
  };
  const accept = (socket: Socket) => {
    const session = createManagerSession({
      account,
      state: pbx.state,
      challenge: String(randomInt(100_000_000, 1_000_000_000)),
      send: (text) => {
        if (socket.writableLength > maxUnreadBytes) socket.destroy();
        else if (socket.writable) socket.write(text);
      },
      close: () => socket.end(),
      journal,
      change: (action) => {
        pbx.state.now = Date.now();
        action();
        pbx.tick(Date.now());
        flush();
      },
    });
    sessions.set(socket, session);
    socket.setEncoding("utf8").on("data", (text) => session.receive(String(text)));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sessions.delete(socket));
    socket.write(banner);
  };
  // Asterisk sets TCP_NODELAY on AMI connections.
  const server = createServer({ noDelay: true }, accept);
  const listen = async (port: number) => {
    server.listen(port, host);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const close = async () => {
    const closed = server.listening ? once(server, "close") : undefined;
    if (server.listening) server.close();
    for (const socket of sessions.keys()) socket.destroy();
    await closed;
  };
  const port = await listen(options.port);
  const restart = async (fresh: () => Pbx, downMs: number) => {
    sendToAll([
      ["Event", "Shutdown"],
      ["Privilege", "system,all"],
      ["Shutdown", "Cleanly"],
      ["Restart", "True"],
    ]);
    for (const socket of sessions.keys()) socket.end();
    // The managers must be able to read the Shutdown event before the sockets are destroyed.
    await new Promise((resolve) => setTimeout(resolve, shutdownDelayMs));
    await close();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    pbx = fresh();
    flush();
    await listen(port);
    sendToAll(fullyBooted(0));
  };
  let restarting: Promise<void> | null = null;
  const timer = setInterval(() => {
    pbx.tick(Date.now());
    flush();
  }, tickMs);
  return {
    port,
    journal,
    run: (command) => {
      const done = pbx.run(command, Date.now());
      flush();
      return done;
    },
    cutConnections: () => {
      for (const socket of sessions.keys()) socket.destroy();
    },
    restart: (fresh, downMs) => {
      restarting ??= restart(fresh, downMs).finally(() => {
        restarting = null;
      });
      return restarting;
    },
    stop: async () => {
      clearInterval(timer);
      await close();
    },
  };
}

/**
 * A TCP proxy on loopback that a test can cut, freeze or aim elsewhere: the network between two parts, with its faults.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type Proxy = Readonly<{
  port: number;
  /** How many connections were ever made through it. */
  connections: () => number;
  /** Breaks every connection; new ones are let in or refused from now on. */
  cut: (afterwards: "let-in" | "refuse") => void;
  letIn: () => void;
  /** From now on nothing passes, either way, on connections that stay open: a peer that died silently. */
  freeze: () => void;
  thaw: () => void;
  /** From now on what the target says waits, until `unmute`; what it is told still arrives. */
  mute: () => void;
  unmute: () => void;
  /** From now on each direction of a connection carries about so many bytes a second; null: as many as there are. */
  throttle: (bytesPerSecond: number | null) => void;
  /** The text that went to the target, of all connections together; bounded by what a test does. */
  heard: () => string;
  stop: () => Promise<void>;
}>;

/** What passes, for who must know what really arrived: connections are numbered from 1. */
export type ProxyHooks = Readonly<{
  onOpen?: (connection: number) => void;
  /** What the target said, as it is handed on. */
  onSaid?: (connection: number, bytes: Buffer) => void;
  onClose?: (connection: number) => void;
}>;

export async function startProxy(targetPort: number, host = "127.0.0.1", hooks: ProxyHooks = {}): Promise<Proxy> {
  const open = new Set<Socket>();
  let refusing = false;
  let frozen = false;
  let muted = false;
  let heard = "";
  let bytesPerSecond: number | null = null;
  const targets = new Set<Socket>();
  let made = 0;

  const server = createServer({ noDelay: true }, (near) => {
    if (refusing) {
      near.resetAndDestroy();
      return;
    }
    made += 1;
    const connection = made;
    hooks.onOpen?.(connection);
    near.on("close", () => hooks.onClose?.(connection));
    const far = connect({ port: targetPort, host, noDelay: true });
    targets.add(far);
    far.on("close", () => targets.delete(far));
    near.on("data", (bytes) => {
      heard += bytes;
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      if (frozen) from.pause();
      from.on("data", (bytes: Buffer) => {
        to.write(bytes);
        if (from === far) hooks.onSaid?.(connection, bytes);
        if (bytesPerSecond !== null) slowDown(from, bytes.length / bytesPerSecond);
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
    if (frozen) for (const socket of [near, far]) socket.pause();
    if (muted) far.pause();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const slowDown = (from: Socket, seconds: number) => {
    from.pause();
    const resume = () => {
      if (!frozen && !from.destroyed) from.resume();
    };
    setTimeout(resume, seconds * 1000).unref();
  };

  const cut = (afterwards: "let-in" | "refuse") => {
    refusing = afterwards === "refuse";
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => made,
    cut,
    letIn: () => {
      refusing = false;
    },
    freeze: () => {
      frozen = true;
      for (const socket of open) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of open) socket.resume();
    },
    mute: () => {
      muted = true;
      for (const socket of targets) socket.pause();
    },
    unmute: () => {
      muted = false;
      for (const socket of targets) socket.resume();
    },
    throttle: (rate) => {
      bytesPerSecond = rate;
    },
    heard: () => heard,
    stop: async () => {
      cut("refuse");
      server.close();
      await once(server, "close");
    },
  };
}

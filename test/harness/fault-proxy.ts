/** A TCP proxy on loopback with controllable faults: it can cut, refuse, freeze and throttle connections. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type FaultProxy = Readonly<{
  port: number;
  /** The number of connections accepted so far. */
  connections: () => number;
  /** Resets every connection, and then accepts or refuses new ones. */
  cut: (afterwards: "accept" | "refuse") => void;
  accept: () => void;
  /** Forwards nothing in either direction, while connections stay open: like a peer that died silently. */
  freeze: () => void;
  thaw: () => void;
  /** Holds back data from the target until `unmute`. Data to the target is still forwarded. */
  mute: () => void;
  unmute: () => void;
  /** Limits each direction of a connection to about this many bytes a second; null: no limit. */
  throttle: (bytesPerSecond: number | null) => void;
  /** All text that was sent to the target, on all connections together. It grows without a limit. */
  received: () => string;
  stop: () => Promise<void>;
}>;

/** Callbacks for tests that need to know what was forwarded. Connections are numbered from 1. */
export type FaultProxyHooks = Readonly<{
  onOpen?: (connection: number) => void;
  /** Data from the target, when it is forwarded. */
  onTargetData?: (connection: number, bytes: Buffer) => void;
  onClose?: (connection: number) => void;
}>;

export async function startFaultProxy(
  targetPort: number,
  host = "127.0.0.1",
  hooks: FaultProxyHooks = {},
): Promise<FaultProxy> {
  const open = new Set<Socket>();
  let refusing = false;
  let frozen = false;
  let muted = false;
  let received = "";
  let bytesPerSecond: number | null = null;
  const targets = new Set<Socket>();
  let connectionCount = 0;

  const server = createServer({ noDelay: true }, (near) => {
    if (refusing) {
      near.resetAndDestroy();
      return;
    }
    connectionCount += 1;
    const connection = connectionCount;
    hooks.onOpen?.(connection);
    near.on("close", () => hooks.onClose?.(connection));
    const far = connect({ port: targetPort, host, noDelay: true });
    targets.add(far);
    far.on("close", () => targets.delete(far));
    near.on("data", (bytes) => {
      received += bytes;
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      if (frozen) from.pause();
      from.on("data", (bytes: Buffer) => {
        to.write(bytes);
        if (from === far) hooks.onTargetData?.(connection, bytes);
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

  const cut = (afterwards: "accept" | "refuse") => {
    refusing = afterwards === "refuse";
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connectionCount,
    cut,
    accept: () => {
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
    received: () => received,
    stop: async () => {
      cut("refuse");
      server.close();
      await once(server, "close");
    },
  };
}

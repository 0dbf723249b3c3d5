/** A fake socket for a library under measurement: while `open` runs, `node:net` returns it for every connection. */
import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

export class FakeSocket extends EventEmitter {
  readonly readyState = "open";
  readonly #onWrite: (text: string) => void;

  constructor(onWrite: (text: string) => void = () => {}) {
    super();
    this.#onWrite = onWrite;
  }

  write(bytes: string | Uint8Array): boolean {
    this.#onWrite(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1"));
    return true;
  }

  setKeepAlive(): void {}
  setNoDelay(): void {}
  setEncoding(): void {}
  destroy(): void {}
}

export function withSocket<Opened>(socket: FakeSocket, open: () => Opened): Opened {
  const { connect, createConnection } = net;
  const replace = (functions: object) => {
    Object.assign(net, functions);
    syncBuiltinESMExports();
  };
  replace({ connect: () => socket, createConnection: () => socket });
  try {
    return open();
  } finally {
    replace({ connect, createConnection });
  }
}

/**
 * A WebSocket client that costs nearly nothing, so that a benchmark measures the server: it finds the frames in the
 * bytes and passes on their payloads. It trusts the server to send no masks, no fragments and no compressed frames.
 */
import { connect, type Socket } from "node:net";

export type RawClient = Readonly<{
  send: (text: string) => void;
  /** Stops and continues reading from the network. */
  pause: () => void;
  resume: () => void;
  close: () => void;
}>;

export type RawHandlers = Readonly<{
  /**
   * `payload` is valid until the handler returns. The first one may come before `openRaw` has resolved, hence the
   * argument `client`.
   */
  onMessage: (payload: Buffer, client: RawClient) => void;
  onClose: (code: number | null) => void;
}>;

const textFrame = 0x1;
const closeFrame = 0x8;

/** All sockets read into this buffer. Its contents are not used after a read. */
const readBuffer = Buffer.alloc(256 * 1024);

/**
 * Resolves when the server has switched protocols. `limit` is in bytes a second, and also limits a single read from the
 * kernel.
 */
export function openRaw(
  url: URL,
  token: string | null,
  handlers: RawHandlers,
  limit: () => number | null = () => null,
): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: () => readBuffer.subarray(0, limit() ?? readBuffer.length),
        callback: (count, buffer) => {
          onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, count));
          return true;
        },
      },
    });
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    let closeCode: number | null = null;
    const client: RawClient = {
      send: (text) => socket.write(masked(textFrame, Buffer.from(text))),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: () => socket.destroy(),
    };
    socket.on("connect", () => socket.write(handshake(url, token)));
    socket.on("error", (error) => (isOpen ? undefined : reject(error)));
    socket.on("close", () => (isOpen ? handlers.onClose(closeCode) : reject(new Error("closed before it was open"))));
    /** `chunk` is overwritten by the next read. */
    function onBytes(chunk: Buffer): void {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      if (!isOpen) {
        const end = bytes.indexOf("\r\n\r\n");
        if (end < 0) {
          rest = Buffer.from(bytes);
          return;
        }
        const head = bytes.toString("latin1", 0, end);
        if (!head.startsWith("HTTP/1.1 101")) {
          reject(new Error(head.split("\r\n")[0]));
          socket.destroy();
          return;
        }
        isOpen = true;
        bytes = bytes.subarray(end + 4);
        resolve(client);
      }
      rest = eachFrame(bytes, (opcode, payload) => {
        if (opcode === textFrame) handlers.onMessage(payload, client);
        else if (opcode === closeFrame) {
          closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : null;
          socket.end(masked(closeFrame, payload.subarray(0, 2)));
        }
      });
      const bytesPerSecond = limit();
      if (bytesPerSecond !== null) slowDown(socket, bytesPerSecond, chunk.length, limit);
    }
  });
}

/** Pauses the socket for as long as `bytes` take at this rate, or until there is no limit any more. */
function slowDown(socket: Socket, bytesPerSecond: number, bytes: number, limit: () => number | null): void {
  socket.pause();
  const end = performance.now() + (bytes / bytesPerSecond) * 1000;
  const timer = setInterval(() => {
    if (performance.now() < end && limit() !== null && !socket.destroyed) return;
    clearInterval(timer);
    socket.resume();
  }, 50);
}

/** Calls `take` for each whole frame. Returns a copy of the remaining bytes. */
function eachFrame(bytes: Buffer, take: (opcode: number, payload: Buffer) => void): Buffer {
  let at = 0;
  for (;;) {
    if (bytes.length - at < 2) break;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length - at < headBytes) break;
    const size =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    if (bytes.length - at < headBytes + size) break;
    take((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + headBytes, at + headBytes + size));
    at += headBytes + size;
  }
  return Buffer.from(bytes.subarray(at));
}

/** Clients must mask their frames. A mask of zeros is a mask. */
function masked(opcode: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

function handshake(url: URL, token: string | null): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/**
 * Globals of the Workers runtime that Node does not have, and synchronous replacements for functions that take real
 * time.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { AutoResponse, type ClientSocket, SocketPair } from "./socket.ts";

type UpgradeInit = ResponseInit & Readonly<{ webSocket?: ClientSocket }>;

export function installRuntime(): void {
  const NodeResponse = Response;
  class WorkerResponse extends NodeResponse {
    /** `Response.json` creates instances of Node's own class. */
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Function.prototype[Symbol.hasInstance].call(NodeResponse, value);
    }
    readonly webSocket: ClientSocket | null;
    constructor(body?: BodyInit | null, init: UpgradeInit = {}) {
      const isUpgrade = init.status === 101;
      super(body, isUpgrade ? { ...init, status: 200 } : init);
      this.webSocket = init.webSocket ?? null;
      if (isUpgrade) Object.defineProperty(this, "status", { value: 101 });
    }
  }
  Object.assign(globalThis, {
    Response: WorkerResponse,
    WebSocketPair: SocketPair,
    IdentityTransformStream: TransformStream,
    WebSocketRequestResponsePair: AutoResponse,
  });
  installCrypto();
}

type RawKey = Readonly<{
  type: "secret";
  algorithm: { name: string; hash: { name: string } };
  usages: readonly string[];
  raw: Buffer;
}>;

/** Node's Web Crypto answers from another thread at a time that does not depend on the seed, so it is replaced. */
function installCrypto(): void {
  const bytesOf = (data: BufferSource) =>
    ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
  const hmac = (key: RawKey, data: BufferSource) => createHmac("sha256", key.raw).update(bytesOf(data)).digest();
  const keyOf = (raw: Buffer, hash: string | { name: string }, usages: readonly string[]) => {
    const key = Object.create(CryptoKey.prototype);
    const algorithm = { name: "HMAC", hash: { name: typeof hash === "string" ? hash : hash.name } };
    const properties = { type: "secret", algorithm, usages, raw, extractable: false };
    for (const [name, value] of Object.entries(properties)) Object.defineProperty(key, name, { value });
    return key;
  };
  Object.defineProperties(crypto.subtle, {
    digest: {
      value: async (_name: string, data: BufferSource) =>
        new Uint8Array(createHash("sha256").update(bytesOf(data)).digest()).buffer,
    },
    importKey: {
      value: async (
        _format: string,
        data: BufferSource,
        algorithm: "HKDF" | Readonly<{ hash: string | { name: string } }>,
        _extractable: boolean,
        usages: string[],
      ) => keyOf(bytesOf(data), algorithm === "HKDF" ? "SHA-256" : algorithm.hash, usages),
    },
    deriveKey: {
      value: async (
        { salt, info }: Readonly<{ salt: BufferSource; info: BufferSource }>,
        base: RawKey,
        { hash, length }: Readonly<{ hash: string; length: number }>,
        _extractable: boolean,
        usages: string[],
      ) => keyOf(Buffer.from(hkdfSync("sha256", base.raw, bytesOf(salt), bytesOf(info), length / 8)), hash, usages),
    },
    sign: {
      value: async (_algorithm: unknown, key: RawKey, data: BufferSource) => new Uint8Array(hmac(key, data)).buffer,
    },
    verify: {
      value: async (_algorithm: unknown, key: RawKey, signature: BufferSource, data: BufferSource) => {
        const [one, other] = [bytesOf(signature), hmac(key, data)];
        return one.length === other.length && timingSafeEqual(one, other);
      },
    },
  });
}

/** The stand-in for the parts of the module `node:crypto` that connectors and the PBX use. Its chance is the seed's. */
export { createHash, createHmac } from "node:crypto";

export function randomBytes(size: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(size)));
}

export function randomInt(least: number, below: number): number {
  return least + Math.floor(Math.random() * (below - least));
}

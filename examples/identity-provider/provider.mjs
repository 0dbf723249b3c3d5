/**
 * A little identity provider, to see what a worker needs of a real one: it publishes its key as a JWKS and prints a token.
 * For a machine of your own only: everybody who reaches it may trust its key.
 *
 *     node examples/identity-provider/provider.mjs 8789 > token
 */
import { generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 8789);
const issuer = `http://127.0.0.1:${port}/`;
const kid = "1";
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keys = [{ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" }];

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = Math.floor(Date.now() / 1000);
const claims = {
  // What every provider sets:
  iss: issuer,
  aud: "pbxis-edge",
  sub: "ann@example.com",
  iat: now,
  exp: now + 3600,
  // What the worker needs besides (PROTOCOL.md, section 7):
  site: "hq",
  role: "client",
  agents: ["*"],
  queues: ["*"],
  commands: ["*"],
};

const signed = `${base64({ alg: "ES256", typ: "JWT", kid })}.${base64(claims)}`;
const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });

createServer((request, response) => {
  const isKeys = request.url === "/.well-known/jwks.json";
  response.writeHead(isKeys ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(isKeys ? { keys } : {}));
}).listen(port, "127.0.0.1", () => console.log(`${signed}.${signature.toString("base64url")}`));

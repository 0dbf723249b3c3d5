/**
 * Receives webhooks (AP14) and prints them. It checks signatures by Standard Webhooks, with what Node has:
 *
 *     PBXIS_WEBHOOK_SECRET=whsec_… node receiver.mjs 8788
 *
 * Libraries for other languages: https://www.standardwebhooks.com
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env.PBXIS_WEBHOOK_SECRET ?? "";
const port = Number(process.argv[2] ?? 8788);
const maxBytes = 64 * 1024;
const toleranceSeconds = 300;
/** A message comes again if the answer to it got lost. A real receiver keeps these with what it has stored. */
const seenIds = new Set();

if (!secret.startsWith("whsec_")) {
  console.error(
    "receiver: PBXIS_WEBHOOK_SECRET is the secret of the answer to POST …/webhooks, and begins with whsec_",
  );
  process.exit(2);
}
const key = Buffer.from(secret.slice("whsec_".length), "base64");

/** While a secret is renewed, a message has several signatures. */
function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (!id || !(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((text) => {
    const [version, value = ""] = text.split(",");
    const given = Buffer.from(value, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function receive(request, response) {
  // The bytes as they came: a parsed and printed JSON has another signature.
  const body = await readBody(request);
  if (body === null || !isSigned(request.headers, body)) {
    response.writeHead(400).end("the signature is wrong\n");
    return;
  }
  const id = request.headers["webhook-id"];
  if (!seenIds.has(id)) console.log(id, body.toString());
  seenIds.add(id);
  // Answer within 15 s: store the message first, and work on it later.
  response.writeHead(204).end();
}

createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
}).listen(port, "127.0.0.1", () => console.log(`receiver: listening on http://127.0.0.1:${port}/`));

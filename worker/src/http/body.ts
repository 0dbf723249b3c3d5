/** A request's JSON body: bounded before it is read, and a sentence where it is none. */
import { errorAnswer } from "./answer.ts";

/** The largest command has some 10 KB of variables; the largest ticket names 2,000 agents. */
export const maxBodyBytes = 64 * 1024;

export type Body = Readonly<{ ok: true; value: unknown }> | Readonly<{ ok: false; answer: Response }>;

/** An absent body is an empty object. */
export async function readJson(request: Request): Promise<Body> {
  const type = request.headers.get("content-type");
  if (type !== null && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type))
    return { ok: false, answer: errorAnswer("unsupported_media_type", "the body must be application/json") };
  const text = await readBounded(request);
  if (text === undefined)
    return { ok: false, answer: errorAnswer("too_large", `the body has more than ${maxBodyBytes} bytes`) };
  try {
    return { ok: true, value: text === "" ? {} : JSON.parse(text) };
  } catch {
    return { ok: false, answer: errorAnswer("bad_request", "the body is not JSON in UTF-8") };
  }
}

/**
 * Undefined if there is more than may be: no more than that is kept, and the rest is read all the same, for a client that is still sending
 * would lose the refusal with the connection. Bytes that are no UTF-8 fail as JSON.
 */
export async function readBounded(request: Request): Promise<string | undefined> {
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size <= maxBodyBytes) chunks.push(chunk);
  }
  if (size > maxBodyBytes) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    return "not UTF-8";
  }
}

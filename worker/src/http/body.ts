/** Request bodies: at most 64 KiB are kept, and a body that is not the expected JSON or form gets an error answer. */
import type { MiddlewareHandler } from "hono";
import { errorAnswer } from "./answer.ts";
import { parseForm } from "./form.ts";

/** Bytes. The largest command has about 10 KB of variables; the largest ticket request names 2,000 agents. */
export const maxBodyBytes = 64 * 1024;

/** `isForm`: every value in it is text. */
type Body = Readonly<{ ok: true; value: unknown; isForm: boolean }> | Readonly<{ ok: false; answer: Response }>;

/** Parses the body as JSON or as a form, by its content type. A missing body counts as `{}`. */
export async function readBody(request: Request): Promise<Body> {
  const type = request.headers.get("content-type");
  const isForm = type !== null && isFormType(type);
  if (type !== null && !isForm && !isJsonType(type)) {
    const message = "the body must be application/json or application/x-www-form-urlencoded";
    return { ok: false, answer: errorAnswer("unsupported_media_type", message) };
  }
  const text = await readBounded(request);
  if (text === undefined)
    return { ok: false, answer: errorAnswer("too_large", `the body has more than ${maxBodyBytes} bytes`) };
  try {
    return { ok: true, value: isForm ? parseForm(text) : text === "" ? {} : JSON.parse(text), isForm };
  } catch {
    return { ok: false, answer: errorAnswer("bad_request", "the body is not JSON in UTF-8") };
  }
}

export function isJsonType(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(type);
}

export function isFormType(type: string): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(type);
}

/**
 * The body as text, or undefined if it is larger than `maxBodyBytes`. An oversized body is still read to its end,
 * without keeping it: a client that is still sending would otherwise lose the refusal together with the connection.
 * Invalid UTF-8 becomes text that is no JSON.
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

/**
 * Reads a body that no handler has read before the answer is sent, for the same reason. Refusals leave a body unread,
 * and so do paths that take none.
 */
export const drainUnreadBody: MiddlewareHandler = async (context, next) => {
  await next();
  const { body, bodyUsed } = context.req.raw;
  if (!body || bodyUsed) return;
  try {
    for await (const _ of body);
  } catch {
    // The client has disconnected and needs no answer.
  }
};

/** Request bodies: at most 64 KiB are kept, and a body that is not the expected JSON or form gets an error answer. */
import { errorAnswer } from "./answer.ts";
import { drain } from "./drain.ts";
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
  const compressed = refuseCompressed(request);
  if (compressed) return { ok: false, answer: compressed };
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

/** The refusal of a compressed body. The worker does not decompress: 64 KiB could become gigabytes. */
export function refuseCompressed(request: Request): Response | undefined {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding === "" || encoding === "identity") return undefined;
  return errorAnswer("unsupported_media_type", "the body must not be compressed (Content-Encoding)");
}

/**
 * The body as text, or undefined if it is larger than `maxBodyBytes`. The rest of an oversized body is drained. Invalid
 * UTF-8 becomes text that is no JSON.
 */
export async function readBounded(request: Request): Promise<string | undefined> {
  if (!request.body) return "";
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > maxBodyBytes) {
      await drain(reader);
      return undefined;
    }
    chunks.push(read.value);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(await new Blob(chunks).arrayBuffer());
  } catch {
    return "not UTF-8";
  }
}

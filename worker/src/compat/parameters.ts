/**
 * PX1: the parameters of a pbxis-ws request, from the URL's query and from a form or JSON body. A parameter of the body
 * replaces one of the same name in the query. A body of any other type is ignored, as pbxis-ws ignored it.
 */
import { errorAnswer } from "../http/answer.ts";
import { isFormType, isJsonType, maxBodyBytes, readBounded, refuseCompressed } from "../http/body.ts";

export type Parameters = Readonly<Record<string, unknown>>;

export async function readParameters(request: Request): Promise<Parameters | Response> {
  const query = pairs(new URL(request.url).searchParams);
  const type = request.headers.get("content-type") ?? "";
  if (!isJsonType(type) && !isFormType(type)) return query;
  const compressed = refuseCompressed(request);
  if (compressed) return compressed;
  const text = await readBounded(request);
  if (text === undefined) return errorAnswer("too_large", `the body has more than ${maxBodyBytes} bytes`);
  if (isFormType(type)) return { ...query, ...pairs(new URLSearchParams(text)) };
  const body = text.trim() === "" ? {} : parseObject(text);
  return body ? { ...query, ...body } : errorAnswer("bad_request", "the body is not a JSON object in UTF-8");
}

/** If a parameter is repeated, the last value counts. */
function pairs(search: URLSearchParams): Parameters {
  return Object.fromEntries(search);
}

/** Undefined if `text` is not a JSON object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

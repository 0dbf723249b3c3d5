/**
 * A pbxis-ws request's parameters: from the URL's query, from a form, from a JSON body, alike; where one comes twice, JSON goes before the
 * form and the form before the query. A body of any other type is not looked at, as pbxis-ws did not.
 */
import { errorAnswer } from "../http/answer.ts";
import { maxBodyBytes, readBounded } from "../http/body.ts";

export type Parameters = Readonly<Record<string, unknown>>;

const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i;
const isForm = /^application\/x-www-form-urlencoded\b/i;

export async function readParameters(request: Request): Promise<Parameters | Response> {
  const query = pairs(new URL(request.url).searchParams);
  const type = request.headers.get("content-type") ?? "";
  if (!isJson.test(type) && !isForm.test(type)) return query;
  const text = await readBounded(request);
  if (text === undefined) return errorAnswer("too_large", `the body has more than ${maxBodyBytes} bytes`);
  if (isForm.test(type)) return { ...query, ...pairs(new URLSearchParams(text)) };
  const body = text.trim() === "" ? {} : parseObject(text);
  return body ? { ...query, ...body } : errorAnswer("bad_request", "the body is not a JSON object in UTF-8");
}

/** Of a parameter that is repeated the last counts. */
function pairs(search: URLSearchParams): Parameters {
  return Object.fromEntries(search);
}

/** Undefined for what is no JSON object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

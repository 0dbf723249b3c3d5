/** Which methods a path offers: every other one is 405 with `Allow` (section 4 of PROTOCOL.md). */
import type { Env, Hono, MiddlewareHandler } from "hono";
import { errorAnswer } from "./answer.ts";

/**
 * Refuses HEAD, which Hono otherwise answers by running the GET handler. On a stream that would open the stream and use
 * up its ticket although no body is sent.
 */
export const noHead: MiddlewareHandler = async (context, next) =>
  context.req.method === "HEAD" ? notAllowed(["GET"]) : next();

/**
 * Call it after all routes are registered. A path that offers GET offers HEAD too, unless it is registered with
 * `noHead`.
 */
export function refuseOtherMethods<Bindings extends Env>(app: Hono<Bindings>): void {
  const headless = new Set(app.routes.filter(({ handler }) => handler === noHead).map(({ path }) => path));
  const offered = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === "ALL") continue;
    const methods = (offered.get(path) ?? new Set()).add(method);
    offered.set(path, method === "GET" && !headless.has(path) ? methods.add("HEAD") : methods);
  }
  for (const [path, methods] of offered) app.all(path, () => notAllowed([...methods]));
}

function notAllowed(methods: readonly string[]): Response {
  const message = `this path allows only ${methods.join(" and ")}`;
  return errorAnswer("method_not_allowed", message, {}, { allow: methods.join(", ") });
}

/**
 * Refuses URLs that are not valid percent-encoded UTF-8: decoding them leniently would silently turn one name into
 * another.
 */
import type { MiddlewareHandler } from "hono";
import { errorAnswer } from "./answer.ts";

export const requireWellFormedUrl: MiddlewareHandler = async (context, next) => {
  try {
    const { pathname, search } = new URL(context.req.url);
    decodeURIComponent(pathname);
    decodeURIComponent(search);
  } catch {
    return errorAnswer("bad_request", "the URL is not percent-encoded UTF-8");
  }
  return next();
};

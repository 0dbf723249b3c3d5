/**
 * Cross-origin access (AP). Dashboards live on other origins and bring a bearer token. No cookie is ever read, so any
 * origin may call: the token alone decides what a page may see.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { isUpgrade } from "./negotiate.ts";

const crossOrigin = cors({
  origin: "*",
  allowMethods: ["GET", "POST", "PATCH", "DELETE"],
  allowHeaders: [
    ...["authorization", "content-type", "idempotency-key", "last-event-id", "prefer"],
    // Tracing libraries and older HTTP clients add these to every request.
    ...["traceparent", "tracestate", "baggage", "sentry-trace", "cache-control", "x-requested-with"],
  ],
  exposeHeaders: ["link", "location", "preference-applied", "retry-after"],
  maxAge: 86_400,
});

/**
 * Skips WebSocket upgrades: the headers of a 101 answer are immutable, and browsers do not check CORS for WebSockets.
 */
export const anyOrigin: MiddlewareHandler = (context, next) =>
  isUpgrade(context.req.raw) ? next() : crossOrigin(context, next);

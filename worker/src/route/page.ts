/**
 * The dashboard at `/` (AP9). Its files are the deployment's static assets. Every request passes through the worker
 * first, which adds the security and cache headers.
 */
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer } from "../http/answer.ts";

const about = "pbxis-edge: live call queues and agents. The interface is below /v1/sites/{site}; see PROTOCOL.md.\n";

/**
 * Scripts, styles and the icon, under names that change with their content. None of pbxis-ws's paths (AP8) has one of
 * these endings.
 */
export const assetPath = "/assets/:file{[\\w.-]+\\.(?:js|css|svg)}";

/** The page for browsers; for other clients a line of text that says where the interface is. */
export async function page(context: Context<App>): Promise<Response> {
  const wantsPage = context.req.header("accept")?.includes("text/html") === true;
  if (!wantsPage) return context.text(about, 200, { vary: "accept" });
  return file(context, { "cache-control": "no-cache", vary: "accept" });
}

/** AP9: the pages that describe the interface, made from the two descriptions when the dashboard is built. */
export const docsPath = "/docs/:page{http|stream}";

export function docs(context: Context<App>): Promise<Response> {
  return file(context, { "cache-control": "no-cache" });
}

export function asset(context: Context<App>): Promise<Response> {
  return file(context, { "cache-control": "public, max-age=31536000, immutable" });
}

async function file({ env, req }: Context<App>, cache: Readonly<Record<string, string>>): Promise<Response> {
  const url = new URL(req.url);
  // Of the request's headers only `If-None-Match` matters: it decides between the file and 304.
  const condition = req.header("if-none-match");
  // The assets would redirect from a path with a slash at its end.
  const path = url.pathname.replace(/(?<=.)\/$/, "");
  const assetRequest = new Request(new URL(path, url), {
    method: req.method,
    headers: condition ? { "if-none-match": condition } : {},
  });
  const found = await env.ASSETS.fetch(assetRequest);
  if (found.status === 404) return errorAnswer("not_found", "there is nothing at this path");
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries({ ...securityHeaders(url), ...cache })) answer.headers.set(name, value);
  return answer;
}

/**
 * The page loads from and connects to its own origin only, and no other page may frame it. The WebSocket URL is listed
 * because not every browser counts it as `'self'`.
 */
function securityHeaders(url: URL): Readonly<Record<string, string>> {
  const sockets = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${sockets}`,
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}

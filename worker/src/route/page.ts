/**
 * The dashboard at `/`. Its files are the deployment's static assets; what a browser may do with them is said here, for every request comes
 * through the worker first.
 */
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { errorAnswer } from "../http/answer.ts";

const about = "pbxis-edge: live call queues and agents. The interface is below /v1/sites/{site}; see PROTOCOL.md.\n";

/** Scripts and styles have names that change with their content; nothing else that AP8 offers ends so. */
export const assetPath = "/assets/:file{[\\w.-]+\\.(?:js|css|svg)}";

type Ask = Context<App>;

/** For browsers; anybody else is told where the interface is. */
export async function page(context: Ask): Promise<Response> {
  const wantsPage = context.req.header("accept")?.includes("text/html") === true;
  if (!wantsPage) return context.text(about, 200, { vary: "accept" });
  return file(context, { "cache-control": "no-cache", vary: "accept" });
}

export function asset(context: Ask): Promise<Response> {
  return file(context, { "cache-control": "public, max-age=31536000, immutable" });
}

async function file({ env, req }: Ask, cache: Readonly<Record<string, string>>): Promise<Response> {
  const url = new URL(req.url);
  // Only what decides between the file and "you have it" is handed on.
  const condition = req.header("if-none-match");
  const asked = new Request(new URL(url.pathname, url), {
    method: req.method,
    headers: condition ? { "if-none-match": condition } : {},
  });
  const found = await env.ASSETS.fetch(asked);
  if (found.status === 404) return errorAnswer("not_found", "there is nothing at this path");
  const answer = new Response(found.body, found);
  for (const [name, value] of Object.entries({ ...protections(url), ...cache })) answer.headers.set(name, value);
  return answer;
}

/** The page loads nothing, asks nothing and is framed by nothing but its own origin. Not every browser counts a WebSocket as `'self'`. */
function protections(url: URL): Readonly<Record<string, string>> {
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

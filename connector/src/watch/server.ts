/** Serves `/healthz` and `/metrics` by plain HTTP. Node's defaults limit headers and time. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Health } from "./health.ts";
import { isAllowedHost } from "./host.ts";
import { contentType } from "./metric.ts";

/** Enough for a scraper, a load balancer and a person; further connections are closed. */
const maxConnections = 32;

/** `allowedHosts`: names, besides those of loopback, that requests may have as `Host`. */
export type WatchSettings = Readonly<{ host: string; port: number; allowedHosts: readonly string[] }>;

const otherHost = "this host name is not answered; PBXIS_WATCH_ALLOWED_HOSTS adds names to those of loopback\n";

export type WatchOptions = WatchSettings &
  Readonly<{
    health: () => Health;
    metrics: () => string;
    log: (level: "info" | "error", message: string) => void;
  }>;

/** `port` is null while it does not listen. */
export type WatchServer = Readonly<{ port: () => number | null; stop: () => Promise<void> }>;

/** A port that is in use is logged; the connector goes on without the server. */
export function serveWatch({ host, port, allowedHosts, health, metrics, log }: WatchOptions): WatchServer {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? "").split("?", 1);
    if (!isAllowedHost(request.headers.host, allowedHosts)) answer(response, 421, "text/plain", otherHost);
    else if (path !== "/healthz" && path !== "/metrics") answer(response, 404, "text/plain", "not found\n");
    else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      answer(response, 405, "text/plain", "only GET\n");
    } else if (path === "/metrics") answer(response, 200, contentType, metrics());
    else {
      const current = health();
      answer(response, current.status === "ok" ? 200 : 503, "application/json", `${JSON.stringify(current)}\n`);
    }
  });
  server.maxConnections = maxConnections;
  server.on("error", (error) => log("error", `watch: cannot listen on ${host}:${port}: ${error.message}`));
  server.listen(port, host, () =>
    log("info", `watch: http://${host}:${portOf(server.address())}/healthz and /metrics`),
  );
  return {
    port: () => portOf(server.address()),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: string | AddressInfo | null): number | null {
  return address !== null && typeof address === "object" ? address.port : null;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
  // To a HEAD request Node sends no body.
  response.end(body);
}

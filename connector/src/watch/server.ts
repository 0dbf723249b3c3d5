/** `/healthz` and `/metrics`, by plain HTTP for who is on the same machine. Limits on headers and time are Node's own. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Health } from "./health.ts";
import { contentType } from "./metric.ts";

/** A scraper, a load balancer and a person: who comes beyond this waits for nobody. */
const maxConnections = 32;

export type WatchSettings = Readonly<{ host: string; port: number }>;

export type WatchOptions = WatchSettings &
  Readonly<{
    health: () => Health;
    metrics: () => string;
    log: (level: "info" | "error", message: string) => void;
  }>;

/** `port`: where it listens, null while it does not. */
export type WatchServer = Readonly<{ port: () => number | null; stop: () => Promise<void> }>;

/** A port that is taken is logged, and calls are told all the same. */
export function serveWatch({ host, port, health, metrics, log }: WatchOptions): WatchServer {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? "").split("?", 1);
    if (path !== "/healthz" && path !== "/metrics") answer(response, 404, "text/plain", "not found\n");
    else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      answer(response, 405, "text/plain", "only GET\n");
    } else if (path === "/metrics") answer(response, 200, contentType, metrics());
    else {
      const told = health();
      answer(response, told.status === "ok" ? 200 : 503, "application/json", `${JSON.stringify(told)}\n`);
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
  // Node sends no body where HEAD was asked.
  response.end(body);
}

import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { healthOf } from "./health.ts";
import { serveWatch, type WatchServer } from "./server.ts";

let servers: WatchServer[] = [];
const logged: string[] = [];
let amiUp = true;

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
});

async function serve(port = 0): Promise<string> {
  const server = serveWatch({
    host: "127.0.0.1",
    port,
    allowedHosts: ["connector.lan"],
    health: () =>
      healthOf({
        site: "hq",
        version: "0.1.0",
        amiUp,
        uplink: "live",
        spoolFailure: null,
        clockOffsetMs: null,
        uptimeSeconds: 1,
      }),
    metrics: () => "pbxis_ami_up 1\n",
    log: (level, message) => logged.push(`${level} ${message}`),
  });
  servers.push(server);
  if (port === 0) await expect.poll(server.port).not.toBeNull();
  return `http://127.0.0.1:${server.port()}`;
}

it("/healthz answers 200 when healthy, otherwise 503", async () => {
  const url = await serve();
  const healthy = await fetch(`${url}/healthz`);
  expect([healthy.status, healthy.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await healthy.json()).toMatchObject({ status: "ok", ami: "up", site: "hq" });
  amiUp = false;
  const unhealthy = await fetch(`${url}/healthz?verbose`);
  expect([unhealthy.status, await unhealthy.json()]).toMatchObject([503, { status: "unavailable" }]);
});

it("/metrics answers in Prometheus's format", async () => {
  const response = await fetch(`${await serve()}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect([response.status, await response.text()]).toEqual([200, "pbxis_ami_up 1\n"]);
});

it.each([
  ["GET", "/", 404],
  ["GET", "/metrics/", 404],
  ["POST", "/elsewhere", 404],
  ["POST", "/metrics", 405],
  ["DELETE", "/healthz", 405],
])("%s %s is answered by %i", async (method, path, status) => {
  const response = await fetch(`${await serve()}${path}`, { method });
  await response.text();
  expect(response.status).toBe(status);
});

it.each([
  ["evil.example", 421],
  ["evil.example:9180", 421],
  ["", 421],
  ["connector.lan:9180", 200],
  ["localhost", 200],
])("a request to the host %j is answered by %i", async (host, status) => {
  amiUp = true;
  const { port } = new URL(await serve());
  for (const path of ["/healthz", "/metrics"]) {
    const [head, body] = await rawGet(
      Number(port),
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(head).toContain(`HTTP/1.1 ${status} `);
    if (status === 421) expect(body).toContain("PBXIS_WATCH_ALLOWED_HOSTS");
  }
});

/** `fetch` cannot set `Host`. Returns head and body. */
async function rawGet(port: number, request: string): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  socket.end(request);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text.split("\r\n\r\n");
}

it("a port in use is logged in one line", async () => {
  const { port } = new URL(await serve());
  await serve(Number(port));
  await expect.poll(() => logged.join("\n")).toMatch(/error watch: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
});

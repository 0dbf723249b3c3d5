/**
 * `/healthz` and `/metrics` of a real connector, requested as a page in a browser does that has given its own name an
 * address of the connector's machine (DNS rebinding).
 */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { until } from "../harness/wait.ts";

let connector: ConnectorProcess;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const env = { PBXIS_WATCH_PORT: String(port), PBXIS_WATCH_ALLOWED_HOSTS: "connector.lan" };
  connector = await startConnector({ edgeUrl: new URL("http://127.0.0.1:9/"), ami: { port: 9 }, env });
  await until("the server", () => connector.output().includes("watch: http://"), { evidence: connector.output });
});

afterAll(() => connector?.kill());

async function request(lines: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.end(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

const secrets = /pbxis_|"problems"|Manager Interface/;

it.each([
  "evil.example",
  "evil.example:$PORT",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "evil.example#localhost",
  "localhost@evil.example",
  "connector.lan.evil.example",
  "xn--lcalhost-75a",
  "2130706433",
  "0x7f000001",
  "[::ffff:127.0.0.1]",
  "192.168.0.1",
  "",
])("a request to the host %j gets nothing", async (host) => {
  for (const path of ["/metrics", "/healthz", "//metrics", "http://localhost/metrics"]) {
    const answer = await request([`GET ${path} HTTP/1.1`, `Host: ${host.replace("$PORT", String(port))}`]);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toMatch(secrets);
  }
});

it("a second host after the wrong one, or none at all, gets nothing", async () => {
  expect(await request(["GET /metrics HTTP/1.1", "Host: evil.example", "Host: localhost"])).not.toMatch(secrets);
  expect(await request(["GET /metrics HTTP/1.1"])).not.toMatch(secrets);
  expect(await request(["GET /metrics HTTP/1.0"])).not.toMatch(secrets);
});

it.each(["localhost", "127.0.0.1:1", "[::1]", "connector.lan"])("the host %s is answered", async (host) => {
  expect(await request(["GET /metrics HTTP/1.1", `Host: ${host}`])).toMatch(/pbxis_ami_up 0/);
});

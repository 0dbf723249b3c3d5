import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { until } from "./wait.ts";

let echo: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(echo, "listening");
  proxy = await startFaultProxy((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.stop();
  echo.close();
});

function client() {
  const socket = connect(proxy.port, "127.0.0.1");
  const seen = { text: "", closed: false };
  socket.on("error", () => {});
  socket.on("data", (bytes) => {
    seen.text += bytes;
  });
  socket.on("close", () => {
    seen.closed = true;
  });
  return { socket, seen };
}

it("forwards bytes in both directions, and resets every connection when cut", async () => {
  const { socket, seen } = client();
  socket.write("hello");
  await until("the echo", () => seen.text === "hello", { evidence: () => seen });
  proxy.cut("refuse");
  await until("the break", () => seen.closed);
  const refused = client();
  await until("the refusal", () => refused.seen.closed);
  proxy.accept();
  const again = client();
  again.socket.write("back");
  await until("the echo again", () => again.seen.text === "back", { evidence: () => again.seen });
});

it("holds back everything while frozen, and forwards it afterwards", async () => {
  const { socket, seen } = client();
  socket.write("a");
  await until("the echo", () => seen.text === "a");
  proxy.freeze();
  socket.write("b");
  const witness = client();
  await once(witness.socket, "connect");
  expect(seen.text).toBe("a");
  proxy.thaw();
  await until("the rest", () => seen.text === "ab", { evidence: () => seen });
});

it("until reports what it waited for and the evidence", async () => {
  await expect(until("rain", () => false, { timeoutMs: 20, evidence: () => "sun" })).rejects.toThrow(
    /timed out after 0.02 s waiting for rain: 'sun'/,
  );
});

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { afterEach, expect, it, vi } from "vitest";
import type { AmiEvent } from "./event/event.ts";
import { type AmiConnection, type AmiSettings, connectAmi, newActionId } from "./socket.ts";

const certificateFile = new URL("../testing/certificate.pem", import.meta.url).pathname;
const keyFile = new URL("../testing/key.pem", import.meta.url).pathname;

const lists: Readonly<Record<string, string>> = {
  QueueStatus: "Event: QueueParams\r\nQueue: support\r\nCalls: 0\r\n",
  CoreShowChannels: "",
  ExtensionStateList: "Event: ExtensionStatus\r\nExten: 1001\r\nContext: agents\r\nHint: PJSIP/1001\r\nStatus: 0\r\n",
  DeviceStateList: "",
  ParkedCalls: "",
};

const commands =
  "ListCommands: List available manager commands.  (Priv: <none>)\r\n" +
  "Park: Park a channel.  (Priv: call,all)\r\n" +
  "Command: Execute Asterisk CLI Command.  (Priv: command,all)\r\n";

/** As much of Asterisk as a connection needs to come up. A `Hangup` is never answered. */
function serve(socket: Socket): void {
  socket.on("error", () => {});
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  let rest = "";
  socket.on("data", (chunk) => {
    const packets = (rest + chunk).split("\r\n\r\n");
    rest = packets.pop() ?? "";
    for (const packet of packets) {
      const fields = new Map(packet.split("\r\n").map((line) => line.split(": ", 2) as [string, string]));
      const id = `ActionID: ${fields.get("ActionID")}\r\n`;
      const action = fields.get("Action") ?? "";
      const item = lists[action];
      if (action === "Challenge") socket.write(`Response: Success\r\n${id}Challenge: 42\r\n\r\n`);
      else if (action === "Login") {
        const ok = fields.get("Key") === createHash("md5").update("42s3cret").digest("hex");
        socket.write(
          `Response: ${ok ? "Success" : "Error"}\r\n${id}Message: Authentication ${ok ? "accepted" : "failed"}\r\n\r\n`,
        );
      } else if (item !== undefined) {
        socket.write(`Response: Success\r\n${id}EventList: start\r\n\r\n`);
        if (item) socket.write(`${item}${id}\r\n`);
        socket.write(`Event: ${action}Complete\r\n${id}EventList: Complete\r\n\r\n`);
      } else if (action === "ListCommands") socket.write(`Response: Success\r\n${id}${commands}\r\n`);
      else if (action === "Park") socket.write(`Response: Success\r\n${id}Message: Park successful\n\r\n\r\n`);
      else if (action !== "Hangup")
        socket.write(`Response: Success\r\n${id}CoreStartupDate: 2026-11-23\r\nAsteriskVersion: 22.10.1\r\n\r\n`);
    }
  });
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

async function listen(server: Server): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

function connect(settings: Partial<AmiSettings> & { port: number }) {
  const events: AmiEvent[] = [];
  const log: string[] = [];
  const connection: AmiConnection = connectAmi(
    { host: "127.0.0.1", username: "pbxis", secret: "s3cret", plainLogin: false, tls: null, ...settings },
    {
      onEvent: (event) => events.push(event),
      onTick: () => log.push("tick"),
      onUp: ({ asteriskVersion }) => log.push(`up ${asteriskVersion}`),
      onDown: ({ reason }) => log.push(`down ${reason}`, `rights ${connection.rights()}`),
      log: (level, message) => log.push(`${level} ${message}`),
    },
  );
  cleanUps.push(() => connection.stop());
  return { connection, events, log };
}

it("comes up over TCP with all lists, and reconnects after a disconnect", async () => {
  const { port, sockets } = await listen(createServer(serve));
  const { events, log } = connect({ port });
  await expect.poll(() => log).toContain("up 22.10.1");
  expect(events.map(({ kind }) => kind)).toEqual([
    "regenerationStarted",
    "queueParams",
    "listCompleted",
    "listCompleted",
    "extensionStatus",
    "listCompleted",
    "listCompleted",
    "listCompleted",
  ]);
  sockets[0]?.destroy();
  await expect.poll(() => log.filter((line) => line === "up 22.10.1")).toHaveLength(2);
  expect(log.some((line) => line.startsWith("down "))).toBe(true);
});

it("a wrong secret logs one clear line without the secret", async () => {
  const { port } = await listen(createServer(serve));
  const { log } = connect({ port, secret: "wr0ng" });
  await expect.poll(() => log.join()).toContain("Authentication failed");
  expect(log.filter((line) => line.startsWith("warn"))).toHaveLength(1);
  expect(log.join()).not.toContain("wr0ng");
});

it("requests are answered, whatever happens to the connection", async () => {
  const { port, sockets } = await listen(createServer(serve));
  const { connection, log } = connect({ port });
  const park = () => connection.request("Park", [["Channel", "PJSIP/1001-0000000a"]]);
  expect(await park()).toMatchObject({ kind: "notSent" });
  await expect.poll(() => log).toContain("up 22.10.1");
  expect(await park()).toMatchObject({ kind: "answered", ok: true, message: "Park successful" });
  const hangups = ["pbxis-1", "pbxis-1", undefined].map((id) => connection.request("Hangup", [["Channel", "x"]], id));
  expect(await hangups[1]).toEqual({ kind: "notSent", because: "that ActionID is in use" });
  sockets[0]?.destroy();
  expect(await Promise.all([hangups[0], hangups[2]])).toMatchObject([{ kind: "lost" }, { kind: "lost" }]);
  expect(await park()).toMatchObject({ kind: "notSent" });
});

it("stop answers open requests", async () => {
  const { port } = await listen(createServer(serve));
  const { connection, log } = connect({ port });
  await expect.poll(() => log).toContain("up 22.10.1");
  const hangup = connection.request("Hangup", [["Channel", "x"]]);
  connection.stop();
  expect(await hangup).toEqual({ kind: "lost", because: "stopped" });
  expect(await connection.request("Hangup", [])).toMatchObject({ kind: "notSent" });
});

it("the account's rights are known while connected, and unneeded rights are logged once", async () => {
  const { port, sockets } = await listen(createServer(serve));
  const { connection, log } = connect({ port });
  expect(connection.rights()).toBeNull();
  for (const times of [1, 2]) {
    await expect.poll(() => log.filter((line) => line === "up 22.10.1")).toHaveLength(times);
    expect([...(connection.rights() ?? [])]).toEqual(["ListCommands", "Park", "Command"]);
    sockets.at(-1)?.destroy();
    await expect.poll(() => connection.rights()).toBeNull();
  }
  expect(log.filter((line) => line.startsWith("rights"))).toEqual(["rights null", "rights null"]);
  expect(log.filter((line) => line.includes("does not need"))).toEqual([
    expect.stringMatching(
      /^warn AMI: .*: command \(Command\); --print-manager-conf prints an account with least rights$/,
    ),
  ]);
});

it("every action id is new", () => {
  const ids = new Set(Array.from({ length: 100 }, newActionId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^pbxis-[0-9a-f]{16}$/);
});

const tls = { caFile: null, serverName: "localhost", insecure: false };

it.each([
  ["accepts a pinned certificate", { ...tls, caFile: certificateFile }, "up 22.10.1"],
  ["accepts any certificate if the settings say so", { ...tls, serverName: null, insecure: true }, "up 22.10.1"],
  ["rejects a certificate of an unknown issuer", tls, "AMI_TLS_CA"],
  ["keeps trying while the CA file cannot be read", { ...tls, caFile: "no/such/file.pem" }, "no such file"],
  [
    "rejects a certificate for another name",
    { ...tls, caFile: certificateFile, serverName: "pbx.example" },
    "AMI_TLS_SERVERNAME",
  ],
])("TLS %s", async (_what, settings, outcome) => {
  const pair = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
  const { port } = await listen(createTlsServer(pair, serve));
  const { log } = connect({ port, tls: settings });
  await expect.poll(() => log.join("\n")).toContain(outcome);
});

it("TCP_NODELAY is set over TLS, too, so that an action does not wait for the acknowledgement of the one before", async () => {
  const noDelay = vi.spyOn(Socket.prototype, "setNoDelay");
  const pair = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
  const { port } = await listen(createTlsServer(pair, serve));
  const { log } = connect({ port, tls: { ...tls, insecure: true } });
  await expect.poll(() => log.join("\n")).toContain("up 22.10.1");
  expect(noDelay).toHaveBeenCalledWith(true);
  noDelay.mockRestore();
});

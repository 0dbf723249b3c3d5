/**
 * A scripted site for the tests of the whole connector: it welcomes connectors, acknowledges every frame at once and
 * sends commands.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ConnectorFrame, type Outcome, type UplinkCommand, uplinkProtocol } from "@pbxis/shared";
import { type WebSocket, WebSocketServer } from "ws";

export type ScriptedSite = Readonly<{
  port: number;
  /** All connections since the start. */
  uplinks: readonly WebSocket[];
  /** All received frames. */
  frames: readonly ConnectorFrame[];
  /** Sends a command with everything in its scope, over the latest connection. */
  send: (id: string, command: object, deadlineAt?: number) => void;
  outcomes: () => readonly (readonly [id: string, outcome: Outcome])[];
  stop: () => Promise<void>;
}>;

export async function startScriptedSite(): Promise<ScriptedSite> {
  const uplinks: WebSocket[] = [];
  const frames: ConnectorFrame[] = [];
  /** The last acknowledged frame of the connector's epoch. */
  let through: number | null = null;
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    uplinks.push(socket);
    socket.on("message", (data) => {
      if (String(data) === "ping") return socket.send("pong");
      const frame: ConnectorFrame = JSON.parse(String(data));
      frames.push(frame);
      if (frame.type === "hello")
        return socket.send(JSON.stringify({ type: "welcome", protocol: uplinkProtocol, through, at: Date.now() }));
      if (frame.type === "outcome" || frame.type === "report") return;
      through = frame.sequence;
      return socket.send(JSON.stringify({ type: "ack", through }));
    });
  });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    uplinks,
    frames,
    send: (id, command, deadlineAt = Date.now() + 10_000) => {
      const reach = { agents: "*", queues: "*" } as const;
      const frame = { type: "command", id, deadlineAt, reach, command } as UplinkCommand;
      uplinks.at(-1)?.send(JSON.stringify(frame));
    },
    outcomes: () => frames.flatMap((frame) => (frame.type === "outcome" ? [[frame.id, frame.outcome] as const] : [])),
    stop: async () => {
      for (const socket of uplinks) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

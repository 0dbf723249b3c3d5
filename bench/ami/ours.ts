/**
 * The connector's whole path from AMI's bytes to published events, wired by its own `createRouter`: link, framer,
 * decoders, model, collation, counters and timers. Only the socket is fake, and the answers to the connector's actions
 * come from here.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { SiteEvent } from "@pbxis/shared";
import { parseConfig } from "../../connector/src/config.ts";
import { createLog } from "../../connector/src/log.ts";
import { startAsterisk } from "../../connector/src/pipeline/asterisk.ts";
import { createInbox } from "../../connector/src/pipeline/inbox.ts";
import { createPipeline } from "../../connector/src/pipeline/pipeline.ts";
import { type ConnectorInput, createRouter } from "../../connector/src/pipeline/router.ts";
import { createMeters } from "../../connector/src/watch/meters.ts";
import type { Engine } from "./engine.ts";
import { FakeSocket, withSocket } from "./fake-socket.ts";

const settings = {
  PBXIS_SITE: "bench",
  PBXIS_EDGE_URL: "http://127.0.0.1",
  PBXIS_TOKEN: "none",
  AMI_USERNAME: "pbxis",
  AMI_SECRET: "none",
  PBXIS_AUDIT_MINUTES: "0",
  PBXIS_AGENT_PATTERN: "",
};

/** The items of the lists that answer the connector's own actions, by action. */
export type Lists = ReadonlyMap<string, readonly string[]>;

export async function openOurs(lists: Lists): Promise<Engine> {
  const parsed = parseConfig(settings);
  if (!parsed.ok) throw new Error(parsed.message);
  const { config } = parsed;
  const { log } = createLog(process.stderr, "error");
  const pipeline = createPipeline(config.agentRule);
  const meters = createMeters();
  let published = 0;
  const send = (text: string) => socket.emit("data", Buffer.from(text, "latin1"));
  const socket = new FakeSocket((text) => {
    // In the next turn, like an answer from the network.
    setImmediate(() => {
      send(answerTo(text, lists));
    });
  });
  const inbox = createInbox<ConnectorInput>();
  const gaps = { onEvent: () => {}, onUp: () => {}, onDown: () => {} };
  const { stop, ...asterisk } = withSocket(socket, () => startAsterisk({ config, pipeline, inbox, gaps, log }));
  const uplink = {
    push: (events: readonly SiteEvent[]) => {
      published += events.length;
    },
    reply: () => {},
  };
  inbox.open(createRouter({ ...asterisk, pipeline, uplink, watch: { ...meters, report: () => {} }, log }));
  socket.emit("connect");
  send("Asterisk Call Manager/11.0.0\r\n");
  for (let turns = 0; !pipeline.isUp(); turns++) {
    if (turns > 1000) throw new Error("the connector does not come up");
    await turn();
  }
  const publishedAtStart = published;
  const used = () => sum(meters.read().events) + sum(meters.read().malformed);
  const read = () => used() + sum(asterisk.ami.traffic().unused);
  const usedAtStart = used();
  const readAtStart = read();
  const items = [...lists.values()].reduce((total, { length }) => total + length, 0);
  return {
    push: (chunk) => socket.emit("data", chunk),
    counted: () => {
      // After a reload the connector requests the lists again, which are not part of the input.
      const own = (meters.read().regenerations - 1) * items;
      if (used() - usedAtStart > own && published === publishedAtStart) throw new Error("the model published nothing");
      return read() - readAtStart - own;
    },
    close: stop,
  };
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

function answerTo(text: string, lists: Lists): string {
  const field = (name: string) => new RegExp(`^${name}: (.*)\\r$`, "m").exec(text)?.[1] ?? "";
  const action = field("Action");
  const id = `ActionID: ${field("ActionID")}`;
  const success = (...lines: string[]) => `${["Response: Success", id, ...lines].join("\r\n")}\r\n\r\n`;
  const items = lists.get(action);
  if (items)
    return `${success("EventList: start")}${items.map((item) => `${item}\r\n${id}\r\n\r\n`).join("")}Event: ${action}Complete\r\n${id}\r\nEventList: Complete\r\n\r\n`;
  if (action === "Challenge") return success("Challenge: 1");
  if (action === "CoreStatus") return success("CoreStartupDate: 2026-11-23");
  if (action === "Getvar") return success("Value: /var/spool/asterisk/monitor/call.wav");
  return success();
}

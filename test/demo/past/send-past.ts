/**
 * Sends the past day to the site as a connector would that was cut off for a day and lost nothing: hello, a snapshot of
 * the states at its beginning, then all events in order (UP1, UP2). The worker has no other way to take a day in.
 */
import { once } from "node:events";
import { type ConnectorFrame, maxUplinkFrameBytes, type SiteEvent, SiteFrame, uplinkProtocol } from "@pbxis/shared";
import { WebSocket } from "ws";
import type { PastDay } from "./past-day.ts";

/** Room for the frame around the events. */
const maxEventsBytes = maxUplinkFrameBytes - 1_000;
const answerTimeoutMs = 20_000;

/** `url`: the site's connector address (AP7). @throws Error if the site does not take it. */
export async function sendPastDay(url: URL, token: string, day: PastDay): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  const acknowledged = { through: -1, isWelcome: false };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  socket.on("error", reject);
  socket.on("close", (code, reason) => reject(new Error(`the site closed the uplink: ${code} ${reason}`)));
  socket.on("message", (data) => {
    const text = String(data);
    if (text === "pong") return;
    const frame = SiteFrame.parse(JSON.parse(text));
    if (frame.type === "welcome") acknowledged.isWelcome = true;
    if (frame.type === "ack") acknowledged.through = frame.through;
  });
  const send = (frame: ConnectorFrame): void => socket.send(JSON.stringify(frame));
  const until = (holds: () => boolean) => Promise.race([arrived(socket, holds), failed]);

  await Promise.race([once(socket, "open"), failed]);
  send({
    type: "hello",
    protocol: uplinkProtocol,
    epoch: "yesterday",
    startedAt: day.from,
    connectorVersion: "demo",
    site: siteSettings(),
  });
  await until(() => acknowledged.isWelcome);
  const ami = { up: true, asOf: day.from, asteriskVersion: null };
  send({ type: "snapshot", sequence: 1, more: false, lost: 0, ami, events: [...day.states] });
  let sequence = 1;
  for (const events of partsOf(day.events)) {
    sequence += 1;
    const current = sequence;
    await until(() => acknowledged.through >= current - 1);
    send({ type: "events", sequence, events });
  }
  await until(() => acknowledged.through >= sequence);
  socket.removeAllListeners("close");
  socket.close();
  await once(socket, "close");
}

async function arrived(socket: WebSocket, holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  while (!holds()) await once(socket, "message", { signal });
}

/** Events that fit one frame, in their order. */
function* partsOf(events: readonly SiteEvent[]): Generator<SiteEvent[]> {
  let part: SiteEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (bytes + size > maxEventsBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** As the demo's live connector has them by default. */
function siteSettings() {
  return {
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    serviceLevelSeconds: {},
    shortAbandonSeconds: 5,
    wrapUpReasons: ["wrapup", "acw", "WRAPUP"],
  };
}

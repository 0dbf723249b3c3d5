/**
 * The connector as a whole: AMI's events go into the feed, what the feed tells goes into the uplink's outbox; commands come from the uplink
 * and go to AMI. Wiring only; each part decides for itself. AMI is read at its own pace, whatever the uplink does: all that waits,
 * waits in the outbox.
 */
import { randomBytes } from "node:crypto";
import type { AmiEvent } from "./ami/event.ts";
import { connectAmi, newActionId } from "./ami/socket.ts";
import { createCommands } from "./command/commands.ts";
import type { Config } from "./config.ts";
import { createFeed, type Told } from "./feed.ts";
import type { Log } from "./log.ts";
import type { Effect } from "./model/changes.ts";
import { startUplink } from "./uplink/socket.ts";

export type Connector = Readonly<{ stop: () => Promise<void> }>;

/** Members that came without an event are asked for after one to two of these. */
const doubtIntervalMs = 2000;

export function startConnector(config: Config, connectorVersion: string, log: Log): Connector {
  const feed = createFeed(config.agentRule);
  const tellLog = (level: "info" | "warn" | "error", message: string) => log[level](message);
  const uplink = startUplink({
    url: config.uplinkUrl,
    token: config.token,
    identity: { epoch: randomBytes(8).toString("hex"), startedAt: Date.now(), connectorVersion },
    snapshot: feed.snapshot,
    onCommand: (command, startBefore) => commands.take(command, startBefore),
    log: tellLog,
  });

  // What the model wants asked waits for the end of the chunk: all that is in it was sent before Asterisk can answer.
  let effects: Effect[] = [];
  let timer: NodeJS.Timeout | undefined;

  function tick(at: number): void {
    push({ events: feed.tick(at), ami: null });
    const wanted = effects;
    effects = [];
    for (const effect of wanted) if (effect.kind === "askRecording") ami.getRecording(effect.channel, effect.uniqueId);
    if (wanted.some((effect) => effect.kind === "regenerate")) ami.regenerate();
    clearTimeout(timer);
    const dueAt = feed.nextDueAt();
    if (dueAt !== undefined) timer = setTimeout(() => tick(Date.now()), Math.max(0, dueAt - Date.now()));
  }

  function push(told: Told | null): void {
    if (told) commands.onTold(told.events);
    if (told && (told.events.length > 0 || told.ami)) uplink.push(told.events, told.ami);
  }

  const warnOfMalformed = createMalformedWarning(log);
  const ami = connectAmi(config.ami, {
    onEvent: (event) => {
      effects.push(...feed.take(event));
      commands.onAmiEvent(event);
      warnOfMalformed(event);
    },
    onTick: tick,
    onUp: ({ asteriskVersion, at }) => push(feed.up(at, at, asteriskVersion)),
    onDown: ({ asOf }) => push(feed.down(Date.now(), asOf)),
    log: tellLog,
  });

  const commands = createCommands({
    settings: config.commands,
    feed,
    ami,
    newActionId,
    tell: uplink.tell,
    takeUntold: (event) => {
      effects.push(...feed.take(event));
      tick(event.at);
    },
    log,
  });

  const doubts = setInterval(() => {
    if (feed.isInDoubt()) ami.regenerate();
  }, doubtIntervalMs);

  return {
    stop: async () => {
      clearInterval(doubts);
      // The uplink first: that AMI goes because we go is no news.
      await uplink.stop();
      ami.stop();
      clearTimeout(timer);
    },
  };
}

/** Once for each kind of event. */
function createMalformedWarning(log: Log): (event: AmiEvent) => void {
  const told = new Set<string>();
  return (event) => {
    if (event.kind !== "malformed" || told.has(event.event)) return;
    told.add(event.event);
    log.warn(`AMI: an event ${event.event} lacks what it must have, and was not used; later ones are not reported`);
  };
}

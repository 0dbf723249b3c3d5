/**
 * The shell of the AMI link: one TCP or TLS connection at a time, a timer, and the link that decides. It reads as fast
 * as Asterisk sends, however slow its consumers are, because Asterisk disconnects a client that reads too slowly.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Backoff, backoffDelayMs } from "@pbxis/shared";
import { onProcessClock, steadyNow } from "../util/clock.ts";
import { describeConnectError } from "../util/connect-error.ts";
import type { AmiEvent } from "./event/event.ts";
import type { ActionAnswer, ActionFields } from "./link/action.ts";
import { AmiLink } from "./link/link.ts";
import type { Ended, LinkInput, LinkOutput, RequestAnswered, WallAndSteady } from "./link/link-io.ts";
import { createOpenRequests, isAnswer } from "./link/open-requests.ts";
import { type AccountRights, surplusRights, surplusText } from "./link/rights.ts";
import { selectEvent } from "./link/selected-events.ts";
import { type AmiTraffic, createTrafficMeter, type TrafficMeter } from "./traffic.ts";
import { Framer } from "./wire/framer.ts";

type AmiTls = Readonly<{
  /** A file of PEM certificates, the only ones to be trusted. Null: the system's. */
  caFile: string | null;
  /** The name that the certificate must have. Null: the host's. */
  serverName: string | null;
  /** Accepts any certificate. */
  insecure: boolean;
}>;

export type AmiSettings = Readonly<{
  host: string;
  port: number;
  username: string;
  secret: string;
  plainLogin: boolean;
  tls: AmiTls | null;
}>;

/** How the connection notifies its owner. `at` and `asOf` are ms since 1970. */
export type AmiCallbacks = Readonly<{
  onEvent: (event: AmiEvent) => void;
  /** All events of one chunk of bytes have been passed to `onEvent`: the time to collate. `now` is `steadyNow`. */
  onTick: (now: number) => void;
  /** A regeneration is complete: after connecting, and after each one that was requested while up. */
  onUp: (up: Readonly<{ asteriskVersion: string | null; at: number }>) => void;
  /** The connection was up and is lost. States were right until `asOf`. The next attempt follows automatically. */
  onDown: (down: Readonly<{ reason: string; asOf: number }>) => void;
  /** An attempt has failed, or the connection has ended. The next attempt follows automatically. */
  onEnded?: (reason: string) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
}>;

export type AmiConnection = Readonly<{
  /** Requests all lists again. Does nothing while not connected, because a new connection requests them anyway. */
  regenerate: () => void;
  /** Requests the path of a channel's recording. The answer is the event `recordingPath`. */
  getRecording: (channel: string, uniqueId: string) => void;
  /**
   * Sends an action, also during a regeneration. Never rejects. Resolves at the latest a second after
   * `requestDeadlineMs`, or at the end of the connection. `actionId` must not be in use by another open request; by
   * default it is a new one.
   */
  request: (action: string, fields: ActionFields, actionId?: string) => Promise<ActionAnswer>;
  /** Names of the actions that the account may use. Null if unknown: not connected, not received yet, or refused. */
  rights: () => ReadonlySet<string> | null;
  /** Counters since the start, over all connections. */
  traffic: () => AmiTraffic;
  stop: () => void;
}>;

/** The least delay before a new attempt, because an Asterisk that is shutting down still accepts connections. */
const leastRetryMs = 100;
const amiBackoff: Backoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 };
/** The delay after a failure that only a person can fix, plus up to as much again. */
const slowRetryMs = 30_000;
const connectTimeoutMs = 10_000;
const tickMs = 1000;

/** Returns an unguessable id: a forged packet cannot answer an action, and the ids of two connectors never collide. */
export function newActionId(): string {
  return `pbxis-${randomBytes(8).toString("hex")}`;
}

export function connectAmi(settings: AmiSettings, callbacks: AmiCallbacks): AmiConnection {
  let attempt = 0;
  let stopped = false;
  let current: ReturnType<typeof openConnection> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let lastWarnedSurplus = "";
  const meter = createTrafficMeter();

  function onRights(rights: AccountRights): void {
    const surplus = surplusText(surplusRights(rights));
    if (surplus === lastWarnedSurplus) return;
    lastWarnedSurplus = surplus;
    if (surplus === "") return;
    const advice = "--print-manager-conf prints an account with least rights";
    callbacks.log("warn", `AMI: the account has rights that the connector does not need: ${surplus}; ${advice}`);
  }

  function open(): void {
    current = openConnection(settings, { ...callbacks, onRights, meter }, (ended, upForMs) => {
      current = undefined;
      if (stopped) return;
      callbacks.onEnded?.(ended.reason);
      if (upForMs >= amiBackoff.stableMs) attempt = 0;
      const delay =
        ended.retry === "slowly"
          ? slowRetryMs + Math.floor(Math.random() * slowRetryMs)
          : leastRetryMs + backoffDelayMs(amiBackoff, attempt, Math.random());
      attempt++;
      callbacks.log("warn", `AMI: ${ended.reason}; next attempt in ${(delay / 1000).toFixed(1)} s`);
      retryTimer = setTimeout(open, delay);
    });
  }

  open();
  return {
    regenerate: () => current?.handle({ kind: "regenerate", ...readClocks() }),
    getRecording: (channel, uniqueId) => current?.handle({ kind: "getRecording", channel, uniqueId, ...readClocks() }),
    request: async (action, fields, actionId = newActionId()) =>
      current?.request(action, fields, actionId) ?? { kind: "notSent", because: "AMI is not connected" },
    rights: () => current?.rights() ?? null,
    traffic: () => {
      current?.countSkipped();
      return meter.read();
    },
    stop: () => {
      stopped = true;
      clearTimeout(retryTimer);
      current?.close();
    },
  };
}

type ConnectionCallbacks = AmiCallbacks & Readonly<{ onRights: (rights: AccountRights) => void; meter: TrafficMeter }>;
type OnEnded = (ended: Ended, upForMs: number) => void;

/** Runs one connection to its end. `onEnded` is called once. */
function openConnection(settings: AmiSettings, callbacks: ConnectionCallbacks, onEnded: OnEnded) {
  const meter = callbacks.meter.connection(new Framer(selectEvent));
  const link = new AmiLink({ ...settings, md5, idPrefix: `${newActionId()}-` }, readClocks());
  const socket = openSocket(settings);
  let upSince: number | undefined;
  let ended = false;
  let rights: ReadonlySet<string> | null = null;
  const requests = createOpenRequests();

  function end(reason: Ended): void {
    if (ended) return;
    ended = true;
    detach();
    meter.countSkipped();
    const now = readClocks();
    if (upSince !== undefined) callbacks.onDown({ reason: reason.reason, asOf: link.asOf(now) });
    onEnded(reason, upSince === undefined ? 0 : now.steady - upSince);
  }

  function handle(input: LinkInput): void {
    for (const output of link.handle(input)) {
      // A callback may have ended the connection meanwhile. Requests are answered all the same.
      if (isAnswer(output)) requests.answer(output);
      else if (!ended) perform(output);
    }
  }

  function perform(output: Exclude<LinkOutput, RequestAnswered>): void {
    switch (output.kind) {
      case "send":
        socket.write(output.bytes);
        return;
      case "ended":
        end(output);
        return;
      case "rights":
        rights = new Set(output.rights.keys());
        break;
      case "up":
        if (meter.onUp())
          callbacks.log("info", `AMI: connected to Asterisk ${output.asteriskVersion ?? "of unknown version"}`);
        upSince ??= steadyNow();
    }
    notify(output, callbacks);
  }

  const detach = attach(socket, settings, {
    onBytes: (chunk) => {
      const { at, steady } = readClocks();
      handle({ kind: "received", framed: meter.push(chunk), at, steady });
      if (!ended) callbacks.onTick(steady);
    },
    onTime: () => {
      const now = readClocks();
      handle({ kind: "tick", ...now });
      if (!ended) callbacks.onTick(now.steady);
    },
    onClosed: (closing) => handle({ kind: "closed", ...closing }),
  });

  return {
    handle,
    request: (action: string, fields: ActionFields, id: string) =>
      requests.add(id, () => handle({ kind: "request", id, action, fields, ...readClocks() })),
    rights: () => (ended ? null : rights),
    countSkipped: meter.countSkipped,
    close: () => handle({ kind: "closed", reason: "stopped", retry: "soon" }),
  };
}

function notify(
  output: Extract<LinkOutput, { kind: "event" | "up" | "rights" | "warning" }>,
  callbacks: ConnectionCallbacks,
) {
  switch (output.kind) {
    case "event":
      return callbacks.onEvent(output.event);
    case "up":
      return callbacks.onUp({ asteriskVersion: output.asteriskVersion, at: output.at });
    case "rights":
      return callbacks.onRights(output.rights);
    case "warning":
      return callbacks.log("warn", `AMI: ${output.message}`);
  }
}

function readClocks(): WallAndSteady {
  const steady = steadyNow();
  return { at: onProcessClock(steady), steady };
}

type Closing = Omit<Extract<LinkInput, { kind: "closed" }>, "kind">;

type SocketCallbacks = Readonly<{
  onBytes: (chunk: Buffer) => void;
  onTime: () => void;
  onClosed: (closing: Closing) => void;
}>;

/** Connects the callbacks to the socket and to a timer. Returns a function that disconnects and destroys the socket. */
function attach(socket: Socket, settings: AmiSettings, { onBytes, onTime, onClosed }: SocketCallbacks): () => void {
  socket.on("data", onBytes);
  socket.on("error", (error) => onClosed({ ...connectionError(settings, error), isBroken: true }));
  socket.on("close", () => onClosed({ reason: "Asterisk closed the connection", retry: "soon" }));
  const giveUp = () => onClosed({ reason: `no answer from ${settings.host}:${settings.port}`, retry: "soon" });
  const connecting = setTimeout(giveUp, connectTimeoutMs);
  socket.once(settings.tls ? "secureConnect" : "connect", () => clearTimeout(connecting));
  const clock = setInterval(onTime, tickMs);
  return () => {
    clearInterval(clock);
    clearTimeout(connecting);
    socket.destroy();
  };
}

function openSocket({ host, port, tls }: AmiSettings): Socket {
  if (!tls) return connectTcp({ host, port, noDelay: true, keepAlive: true });
  const serverName = tls.serverName ?? host;
  try {
    const socket = connectTls({
      host,
      port,
      // SNI does not allow addresses. Without SNI the certificate is still checked against the host.
      ...(isIP(serverName) === 0 && { servername: serverName }),
      rejectUnauthorized: !tls.insecure,
      ...(tls.caFile !== null && { ca: readFileSync(tls.caFile) }),
    });
    // TLS sockets accept neither as an option.
    return socket.setNoDelay(true).setKeepAlive(true);
  } catch (error) {
    // The file is gone or no longer a certificate. The attempt fails like one without an answer.
    return new Socket().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** An error of TLS remains until somebody changes a setting. Other errors may pass. */
function connectionError({ host, port, tls }: AmiSettings, error: Error & { code?: string }): Closing {
  const { text, kind } = describeConnectError(error);
  const reason = `${host}:${port}: ${text}`;
  if (tls && kind === "noTls") return { reason: `${reason}; check AMI_TLS and AMI_PORT`, retry: "slowly" };
  if (tls && kind === "certificate")
    return { reason: `${reason}; AMI_TLS_CA and AMI_TLS_SERVERNAME set what to trust`, retry: "slowly" };
  return { reason, retry: "soon" };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

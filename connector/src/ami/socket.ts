/**
 * The shell of the AMI link: one TCP or TLS connection at a time, a clock that ticks, and the link that decides. It reads whatever
 * comes as fast as it comes, whoever is slow behind it: Asterisk cuts a reader that lets it wait.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Backoff, backoffDelayMs } from "@pbxis/shared";
import { steadyNow } from "../util/clock.ts";
import type { AmiEvent } from "./event/event.ts";
import type { ActionAnswer, ActionFields } from "./link/action.ts";
import { AmiLink } from "./link/link.ts";
import type { Ended, LinkInput, LinkOutput, RequestAnswered, WallAndSteady } from "./link/link-io.ts";
import { createOpenRequests, isAnswer } from "./link/open-requests.ts";
import { type AccountRights, surplusRights, surplusText } from "./link/rights.ts";
import { selectEvent } from "./link/selected-events.ts";
import { type AmiTraffic, createTrafficMeter, type TrafficMeter } from "./traffic.ts";
import { Framer } from "./wire/framer.ts";

export type AmiTls = Readonly<{
  /** A file of PEM certificates that alone are trusted; null: the system's. */
  caFile: string | null;
  /** The name the certificate must have; null: the host's. */
  serverName: string | null;
  /** Takes any certificate. */
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

/** `at` and `asOf` are ms since 1970. */
export type AmiCallbacks = Readonly<{
  onEvent: (event: AmiEvent) => void;
  /** All events of one chunk of bytes were given: the time to collate. `now` is `steadyNow`. */
  onTick: (now: number) => void;
  /** Every list of a regeneration was given; also after one that was asked for while up. */
  onUp: (told: Readonly<{ asteriskVersion: string | null; at: number }>) => void;
  /** The connection that was up is lost, and the states are as of then; the next attempt comes by itself. */
  onDown: (told: Readonly<{ reason: string; asOf: number }>) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
}>;

export type AmiConnection = Readonly<{
  /** Asks for all lists again. Without effect while not connected: a new connection does so anyway. */
  regenerate: () => void;
  /** Asks for the path of a channel's recording; the answer comes as the event `recordingPath`. */
  getRecording: (channel: string, uniqueId: string) => void;
  /**
   * Sends an action, also while lists are being asked for. Never rejects; resolves within `requestDeadlineMs` and a second, or at the end of the
   * connection. `actionId` must not be in use by another open request; absent: a new one.
   */
  request: (action: string, fields: ActionFields, actionId?: string) => Promise<ActionAnswer>;
  /** Names of the actions that the account may use on the present connection; null if not known: not connected, not told yet, or refused. */
  rights: () => ReadonlySet<string> | null;
  /** All that came since the start, over all connections. */
  traffic: () => AmiTraffic;
  stop: () => void;
}>;

/** Not at once: an Asterisk that is going still accepts. */
const leastRetryMs = 100;
export const amiBackoff: Backoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 };
/** After what only a person can put right, attempts come this far apart, with jitter of as much again. */
const slowRetryMs = 30_000;
const connectTimeoutMs = 10_000;
const tickMs = 1000;

/** One that nobody can guess: who forges packets can answer no question, and no two connectors' ids meet. */
export function newActionId(): string {
  return `pbxis-${randomBytes(8).toString("hex")}`;
}

export function connectAmi(settings: AmiSettings, handlers: AmiCallbacks): AmiConnection {
  let attempt = 0;
  let stopped = false;
  let current: ReturnType<typeof openConnection> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;
  let surplusTold = "";
  const meter = createTrafficMeter();

  function onRights(rights: AccountRights): void {
    const surplus = surplusText(surplusRights(rights));
    if (surplus === surplusTold) return;
    surplusTold = surplus;
    if (surplus === "") return;
    const advice = "--print-manager-conf prints one with least rights";
    handlers.log("warn", `AMI: the account may do more than the connector needs: ${surplus}; ${advice}`);
  }

  function open(): void {
    current = openConnection(settings, { ...handlers, onRights, meter }, (ended, upForMs) => {
      current = undefined;
      if (stopped) return;
      if (upForMs >= amiBackoff.stableMs) attempt = 0;
      const delay =
        ended.retry === "slowly"
          ? slowRetryMs + Math.floor(Math.random() * slowRetryMs)
          : leastRetryMs + backoffDelayMs(amiBackoff, attempt, Math.random());
      attempt++;
      handlers.log("warn", `AMI: ${ended.reason}; next attempt in ${(delay / 1000).toFixed(1)} s`);
      retryTimer = setTimeout(open, delay);
    });
  }

  open();
  return {
    regenerate: () => current?.pipeline({ kind: "regenerate", ...moment() }),
    getRecording: (channel, uniqueId) => current?.pipeline({ kind: "getRecording", channel, uniqueId, ...moment() }),
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

type ConnectionHandlers = AmiCallbacks & Readonly<{ onRights: (rights: AccountRights) => void; meter: TrafficMeter }>;
type OnEnded = (ended: Ended, upForMs: number) => void;

/** One connection, to its end; `onEnded` is called once. */
function openConnection(settings: AmiSettings, handlers: ConnectionHandlers, onEnded: OnEnded) {
  const meter = handlers.meter.connection(new Framer(selectEvent));
  const link = new AmiLink({ ...settings, md5, idPrefix: `${newActionId()}-` }, moment());
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
    const now = moment();
    if (upSince !== undefined) handlers.onDown({ reason: reason.reason, asOf: link.asOf(now) });
    onEnded(reason, upSince === undefined ? 0 : now.steady - upSince);
  }

  function pipeline(input: LinkInput): void {
    for (const output of link.handle(input)) {
      // A handler may have ended the connection meanwhile; whoever waits for an answer gets it all the same.
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
          handlers.log("info", `AMI: connected to Asterisk ${output.asteriskVersion ?? "of unknown version"}`);
        upSince ??= steadyNow();
    }
    tell(output, handlers);
  }

  const detach = attach(socket, settings, {
    onBytes: (chunk) => {
      const { at, steady } = moment();
      for (const framed of meter.push(chunk)) pipeline({ kind: "framed", framed, at, steady });
      if (!ended) handlers.onTick(steady);
    },
    onTime: () => {
      const now = moment();
      pipeline({ kind: "tick", ...now });
      if (!ended) handlers.onTick(now.steady);
    },
    onClosed: (reason, retry) => pipeline({ kind: "closed", reason, retry }),
  });

  return {
    pipeline,
    request: (action: string, fields: ActionFields, id: string) =>
      requests.add(id, () => pipeline({ kind: "request", id, action, fields, ...moment() })),
    rights: () => (ended ? null : rights),
    countSkipped: meter.countSkipped,
    close: () => pipeline({ kind: "closed", reason: "stopped", retry: "soon" }),
  };
}

function tell(
  output: Extract<LinkOutput, { kind: "event" | "up" | "rights" | "warning" }>,
  handlers: ConnectionHandlers,
) {
  switch (output.kind) {
    case "event":
      return handlers.onEvent(output.event);
    case "up":
      return handlers.onUp({ asteriskVersion: output.asteriskVersion, at: output.at });
    case "rights":
      return handlers.onRights(output.rights);
    case "warning":
      return handlers.log("warn", `AMI: ${output.message}`);
  }
}

function moment(): WallAndSteady {
  return { at: Date.now(), steady: steadyNow() };
}

type SocketHandlers = Readonly<{
  onBytes: (chunk: Buffer) => void;
  onTime: () => void;
  onClosed: (reason: string, retry: Ended["retry"]) => void;
}>;

/** Reports what comes, that time passes, and that it ends; gives what puts an end to all that. */
function attach(socket: Socket, settings: AmiSettings, { onBytes, onTime, onClosed }: SocketHandlers): () => void {
  socket.on("data", onBytes);
  socket.on("error", (error) => onClosed(...connectionError(settings, error)));
  socket.on("close", () => onClosed("Asterisk closed the connection", "soon"));
  const giveUp = () => onClosed(`no answer from ${settings.host}:${settings.port}`, "soon");
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
      // SNI has no addresses; without it the certificate is checked against the host all the same.
      ...(isIP(serverName) === 0 && { servername: serverName }),
      rejectUnauthorized: !tls.insecure,
      ...(tls.caFile !== null && { ca: readFileSync(tls.caFile) }),
    });
    // It takes neither as an option.
    return socket.setNoDelay(true).setKeepAlive(true);
  } catch (error) {
    // The file is gone or no longer a certificate: this attempt fails as one that nobody answers.
    return new Socket().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A certificate's fault stays until somebody changes a setting; anything else may pass. */
function connectionError(
  { host, port, tls }: AmiSettings,
  error: Error & { code?: string },
): [reason: string, retry: Ended["retry"]] {
  const cause = (error.message || error.code || "unknown error").split(";", 1)[0];
  const reason = `${host}:${port}: ${cause}`;
  if (!tls || !/CERT|SIGNATURE|ALTNAME|ISSUER/.test(error.code ?? "")) return [reason, "soon"];
  return [`${reason}; AMI_TLS_CA and AMI_TLS_SERVERNAME say whom to trust`, "slowly"];
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

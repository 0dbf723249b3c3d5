/**
 * The shell of the AMI link: one TCP or TLS connection at a time, a clock that ticks, and the link that decides. It reads whatever
 * comes as fast as it comes, whoever is slow behind it: Asterisk cuts a reader that lets it wait.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Backoff, backoffDelayMs } from "@pbxis/shared";
import type { AmiEvent } from "./event.ts";
import { decoders } from "./event-decoders.ts";
import type { Wanted } from "./event-names.ts";
import { Framer } from "./framer.ts";
import { AmiLink } from "./link.ts";
import { type Ended, type LinkInput, silenceMs } from "./link-io.ts";
import { isWanted } from "./list.ts";

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

/** All times are ms since 1970. */
export type AmiHandlers = Readonly<{
  onEvent: (event: AmiEvent) => void;
  /** All events of one chunk of bytes were given: the time to collate. */
  onTick: (at: number) => void;
  /** Every list of a regeneration was given; also after one that was asked for while up. */
  onUp: (told: Readonly<{ asteriskVersion: string | null; at: number }>) => void;
  /** The connection that was up is lost, and the states are as of then; the next attempt comes by itself. */
  onDown: (told: Readonly<{ reason: string; asOf: number }>) => void;
  log: (level: "info" | "warn" | "error", message: string) => void;
}>;

export type AmiConnection = Readonly<{
  /** Asks for all lists again. Without effect while not connected: a new connection does so anyway. */
  regenerate: () => void;
  /** Asks for the path of a channel's recording; the answer comes as the event `recordingTold`. */
  getRecording: (channel: string, uniqueId: string) => void;
  /** Names of events that came and were not used, with their counts, of the present connection. */
  skipped: () => ReadonlyMap<string, number>;
  stop: () => void;
}>;

/** Not at once: an Asterisk that is going still accepts. */
const leastRetryMs = 100;
export const amiBackoff: Backoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 };
/** After what only a person can put right, attempts come this far apart, with jitter of as much again. */
const slowRetryMs = 30_000;
const connectTimeoutMs = 10_000;
const tickMs = 1000;

export function connectAmi(settings: AmiSettings, handlers: AmiHandlers): AmiConnection {
  const wanted = isWanted(new Set(decoders.keys()));
  let attempt = 0;
  let stopped = false;
  let current: ReturnType<typeof openConnection> | undefined;
  let retryTimer: NodeJS.Timeout | undefined;

  function open(): void {
    current = openConnection(settings, wanted, handlers, (ended, upForMs) => {
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
    regenerate: () => current?.feed({ kind: "regenerate", at: Date.now() }),
    getRecording: (channel, uniqueId) => current?.feed({ kind: "getRecording", channel, uniqueId, at: Date.now() }),
    skipped: () => current?.skipped() ?? new Map(),
    stop: () => {
      stopped = true;
      clearTimeout(retryTimer);
      current?.close();
    },
  };
}

type OnEnded = (ended: Ended, upForMs: number) => void;

/** One connection, to its end; `onEnded` is called once. */
function openConnection(settings: AmiSettings, wanted: Wanted, handlers: AmiHandlers, onEnded: OnEnded) {
  const framer = new Framer(wanted);
  const link = new AmiLink({ ...settings, md5 }, Date.now());
  const socket = openSocket(settings);
  let upSince: number | undefined;
  let ended = false;

  function end(reason: Ended): void {
    if (ended) return;
    ended = true;
    clearInterval(clock);
    clearTimeout(connecting);
    socket.destroy();
    const at = Date.now();
    // A peer that died in silence was last right when it was last heard (ST3).
    const asOf = at - link.heardAt >= silenceMs ? link.heardAt : at;
    if (upSince !== undefined) handlers.onDown({ reason: reason.reason, asOf });
    onEnded(reason, upSince === undefined ? 0 : at - upSince);
  }

  function feed(input: LinkInput): void {
    for (const output of link.handle(input)) {
      if (ended) return;
      switch (output.kind) {
        case "send":
          socket.write(output.bytes);
          break;
        case "event":
          handlers.onEvent(output.event);
          break;
        case "up":
          if (upSince === undefined)
            handlers.log("info", `AMI: connected to Asterisk ${output.asteriskVersion ?? "of unknown version"}`);
          upSince ??= output.at;
          handlers.onUp({ asteriskVersion: output.asteriskVersion, at: output.at });
          break;
        case "warning":
          handlers.log("warn", `AMI: ${output.message}`);
          break;
        case "ended":
          end(output);
      }
    }
  }

  socket.on("data", (chunk: Buffer) => {
    const at = Date.now();
    for (const framed of framer.push(chunk)) if (!ended) feed({ kind: "framed", framed, at });
    if (!ended) handlers.onTick(at);
  });
  socket.on("error", (error) => end(connectionError(settings, error)));
  socket.on("close", () => end({ kind: "ended", reason: "Asterisk closed the connection", retry: "soon" }));
  const connecting = setTimeout(
    () => end({ kind: "ended", reason: `no answer from ${settings.host}:${settings.port}`, retry: "soon" }),
    connectTimeoutMs,
  );
  socket.once(settings.tls ? "secureConnect" : "connect", () => clearTimeout(connecting));
  const clock = setInterval(() => {
    feed({ kind: "tick", at: Date.now() });
    if (!ended) handlers.onTick(Date.now());
  }, tickMs);

  return {
    feed,
    skipped: () => framer.skipped,
    close: () => end({ kind: "ended", reason: "stopped", retry: "soon" }),
  };
}

function openSocket({ host, port, tls }: AmiSettings): Socket {
  if (!tls) return connectTcp({ host, port, noDelay: true, keepAlive: true });
  const serverName = tls.serverName ?? host;
  try {
    return connectTls({
      host,
      port,
      // SNI has no addresses; without it the certificate is checked against the host all the same.
      ...(isIP(serverName) === 0 && { servername: serverName }),
      rejectUnauthorized: !tls.insecure,
      ...(tls.caFile !== null && { ca: readFileSync(tls.caFile) }),
    });
  } catch (error) {
    // The file is gone or no longer a certificate: this attempt fails as one that nobody answers.
    return new Socket().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** A certificate's fault stays until somebody changes a setting; anything else may pass. */
function connectionError({ host, port, tls }: AmiSettings, error: Error & { code?: string }): Ended {
  const cause = (error.message || error.code || "unknown error").split(";", 1)[0];
  const reason = `${host}:${port}: ${cause}`;
  if (!tls || !/CERT|SIGNATURE|ALTNAME|ISSUER/.test(error.code ?? "")) return { kind: "ended", reason, retry: "soon" };
  return { kind: "ended", reason: `${reason}; AMI_TLS_CA and AMI_TLS_SERVERNAME say whom to trust`, retry: "slowly" };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

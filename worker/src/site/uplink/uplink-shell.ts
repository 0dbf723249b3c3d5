/**
 * The shell of the uplink: it receives the frames of connectors and the ends of their sockets, lets the pure parts
 * (`fencing`, `ingress`, `handover`) decide, and carries out the decision. The Site object calls each method within a
 * turn.
 */
import {
  type CloseReason,
  type Handover,
  ping,
  pong,
  type SiteSettings,
  type TokenRef,
  uplinkSilenceMs,
} from "@pbxis/shared";
import { logWarning } from "../../log.ts";
import type { AlarmNeeds } from "../alarm.ts";
import type { CommandLink, Commands } from "../command/commands.ts";
import { createEpoch } from "../epoch.ts";
import type { SiteMemory } from "../log/memory.ts";
import type { ReportStore } from "../report-store.ts";
import { type HelloFrame, judgeHello } from "./fencing.ts";
import { deliveredSince, planHandover } from "./handover.ts";
import { type Commit, type FrameStep, refuseFrame, stepFrame, stepHello, stepOffline } from "./ingress.ts";
import { decodeConnectorFrame } from "./uplink-frame.ts";
import { findHolder, mayReceive, type OpenMark, type OpenSocket, sendFrame, UplinkSockets } from "./uplink-socket.ts";

export type UplinkOptions = Readonly<{
  state: DurableObjectState;
  memory: SiteMemory;
  commands: Commands;
  report: ReportStore;
  /** The settings that a connector sends for its site (UP1). */
  onSettings: (settings: SiteSettings, now: number) => void;
  /** When the site's alarm is or was due (ms); null if that is not known. */
  alarmDueAt: () => number | null;
  /** Stores a commit and delivers what it logged. */
  commit: (commit: Commit, now: number) => void;
}>;

const secondLookMs = 1_000;

/** All times are in ms; `now` is the turn's. */
export class UplinkShell {
  readonly #options: UplinkOptions;
  readonly #sockets: UplinkSockets;
  /** When the sockets that were silent are looked at again. After an eviction they get one more look. */
  readonly #secondLooks = new WeakMap<WebSocket, number>();

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#sockets = new UplinkSockets(options.state);
  }

  /** Accepts a new socket; its connector has yet to say hello. */
  accept(request: Request, now: number): Response {
    return this.#sockets.accept(request, now);
  }

  /** All open sockets, also those without a hello. */
  open(): readonly OpenSocket[] {
    return this.#sockets.open();
  }

  isOnline(): boolean {
    return findHolder(this.open()) !== null;
  }

  /** For commands: the connector that holds the uplink, or null. */
  holder(): CommandLink | null {
    const holder = findHolder(this.open());
    return holder && { epoch: holder.epoch, send: (frame) => sendFrame(holder.socket, frame) };
  }

  /**
   * Publishes the link as offline if its holder is gone without a close event. A deployment cuts sockets like that, and
   * nobody knows when it was heard last. But the alarm is never due later than its silence would be noticed, however
   * late it rings; where that is not known, something was logged last while it was not silent. `socket` is the one that
   * this turn is about: the platform may not list it any more, and its own turn publishes its end.
   */
  publishLostHolder(now: number, socket: WebSocket | null): void {
    const { meta } = this.#options.memory;
    if (meta.link === "offline" || this.isOnline() || (socket && this.#sockets.mark(socket).kind === "holder")) return;
    const heardBy = Math.min(now, this.#options.alarmDueAt() ?? meta.lastChange ?? 0);
    this.#publishOffline(Math.max(meta.asOf, heardBy - uplinkSilenceMs - secondLookMs), now);
  }

  onMessage(socket: WebSocket, message: string | ArrayBuffer, now: number): void {
    const mark = this.#sockets.mark(socket);
    if (mark.kind === "closed") return;
    // The platform answers pings by itself; one that arrives here is answered as well, and not counted.
    if (message === ping) socket.send(pong);
    else if (mayReceive(socket, now)) this.#onFrame(socket, mark, message, now);
    else this.#dismiss(socket, "too_fast", "more frames than a connector sends", now);
  }

  /**
   * Who sends a close frame has lived until now. Otherwise the connector may have died at any time after it was heard
   * last, and what happened then nobody has seen.
   */
  onClose(socket: WebSocket, hasSaidSo: boolean, now: number): void {
    const mark = this.#sockets.mark(socket);
    const asOf = mark.kind === "closed" || hasSaidSo ? now : this.#sockets.receivedAt(socket, mark);
    // The runtime leaves the peer's close unanswered; without an answer the peer waits for its own timeout.
    this.#sockets.close(socket, "gone");
    if (mark.kind !== "holder") return;
    this.#options.memory.counters.add("uplinksGone");
    this.#publishOffline(asOf, now);
  }

  /** Closes silent sockets (ST3), those without a hello (UP1), and those whose token has expired. */
  onAlarm(now: number): void {
    for (const { socket, receivedAt, silentAt, mark } of this.open())
      if (mark.kind === "greeting" ? now >= silentAt : this.#isSilent(socket, silentAt, now))
        this.#dismiss(socket, "unavailable", mark.kind === "greeting" ? "no hello" : "silent", now, receivedAt);
      else if (mark.expiresAt !== null && mark.expiresAt <= now)
        this.#dismiss(socket, "token_expired", "its token has ended", now);
  }

  /** AP17: closes those whose token is revoked. */
  closeRevoked(isRevoked: (token: TokenRef) => boolean, now: number): void {
    for (const { socket, mark } of this.open())
      if (mark.token && isRevoked(mark.token)) this.#dismiss(socket, "token_expired", "its token was revoked", now);
  }

  /** What the alarm has to wait for. */
  alarmNeeds(): Pick<AlarmNeeds, "sockets"> {
    const sockets = this.open().map(({ socket, silentAt, mark: { expiresAt } }) => ({
      silentAt: this.#secondLooks.get(socket) ?? silentAt,
      expiresAt,
    }));
    return { sockets };
  }

  /**
   * A worker that was held up may run its alarm before it reads what arrived meanwhile. So a holder is silent only if
   * it still is at a second look.
   */
  #isSilent(socket: WebSocket, silentAt: number, now: number): boolean {
    if (now < silentAt) {
      this.#secondLooks.delete(socket);
      return false;
    }
    const secondLook = this.#secondLooks.get(socket);
    if (secondLook === undefined) this.#secondLooks.set(socket, now + secondLookMs);
    return secondLook !== undefined && now >= secondLook;
  }

  /** The site has begun anew and does not know these connectors. They connect again and send a snapshot. */
  closeAll(now: number): void {
    this.#options.commands.onLinkLost(now);
    for (const { socket } of this.open()) this.#sockets.close(socket, "unavailable");
  }

  #onFrame(socket: WebSocket, mark: OpenMark, message: string | ArrayBuffer, now: number): void {
    const { memory, commands, report } = this.#options;
    memory.counters.add("frames");
    const decoded = decodeConnectorFrame(message);
    if (!decoded.ok) this.#apply(socket, refuseFrame(memory.site(mark.kind === "greeting"), decoded.because), now);
    else if (decoded.frame.type === "hello") this.#onHello(socket, mark, decoded.frame, now);
    else if (mark.kind === "greeting") this.#dismiss(socket, "out_of_order", "a frame before hello", now);
    else {
      this.#sockets.setMark(socket, { ...mark, receivedAt: now });
      if (decoded.frame.type === "outcome") commands.onOutcome(decoded.frame.id, decoded.frame.outcome, mark.epoch);
      else if (decoded.frame.type === "report") report.put(decoded.frame);
      else this.#apply(socket, stepFrame(memory.site(), decoded.frame, { now, freshEpoch: createEpoch() }), now);
    }
  }

  #onHello(socket: WebSocket, mark: OpenMark, hello: HelloFrame, now: number): void {
    const { memory, commands } = this.#options;
    if (mark.kind !== "greeting") {
      this.#dismiss(socket, "out_of_order", "a second hello", now);
      return;
    }
    const holder = findHolder(this.open());
    const verdict = judgeHello(hello, holder, now);
    if (verdict.kind === "refuse") {
      if (verdict.reason === "superseded" && hello.handIn) this.#onHandover(hello.handIn, now);
      const because = `connector ${hello.epoch} speaks protocol ${hello.protocol}, started at ${hello.startedAt}`;
      this.#dismiss(socket, verdict.reason, because, now);
      return;
    }
    if (holder && verdict.old !== "none") {
      const how = { connector: holder.epoch, by: hello.epoch, reason: verdict.old };
      logWarning("another socket takes the uplink", { site: mark.site, ...how });
      memory.counters.add(`uplinksClosed.${verdict.old}`);
      this.#sockets.close(holder.socket, verdict.old);
    }
    const { epoch, startedAt } = hello;
    memory.counters.add("uplinksOpened");
    if (hello.site) this.#options.onSettings(hello.site, now);
    this.#sockets.setMark(socket, { ...mark, kind: "holder", receivedAt: now, epoch, startedAt });
    this.#apply(socket, stepHello(memory.site(true), hello, now, holder?.receivedAt), now);
    memory.watchForDuplicates(now);
    const uplink = this.holder();
    if (uplink) commands.onHolder(uplink, now);
  }

  /** UP3: the refusal that follows confirms to the connector that its handover is durable. */
  #onHandover(handover: Handover, now: number): void {
    const { memory, commit } = this.#options;
    const delivered = memory.delivered(deliveredSince(handover, now));
    const plan = planHandover(memory.site(), handover, delivered, { now, freshEpoch: createEpoch() });
    if (!plan) return;
    memory.counters.add("handedIn", plan.items.length);
    commit(plan, now);
  }

  /** Closes an open socket. If it is the holder's, the link is offline as of `asOf`. */
  #dismiss(socket: WebSocket, reason: CloseReason, because: string, now: number, asOf = now): void {
    const mark = this.#sockets.mark(socket);
    this.#sockets.close(socket, reason, reason === "superseded" ? now : undefined);
    if (mark.kind === "closed") return;
    logWarning("uplink closed", { site: mark.site, reason, because });
    this.#options.memory.counters.add(`uplinksClosed.${reason}`);
    if (mark.kind === "holder") this.#publishOffline(asOf, now);
  }

  #apply(socket: WebSocket, { commit, reply, close }: FrameStep, now: number): void {
    if (commit) this.#options.commit(commit, now);
    if (reply) sendFrame(socket, reply);
    if (close) this.#dismiss(socket, close.reason, close.because, now);
  }

  #publishOffline(asOf: number, now: number): void {
    const { memory, commands, commit } = this.#options;
    commands.onLinkLost(now);
    const offline = stepOffline(memory.site(), asOf, now);
    if (offline) commit(offline, now);
  }
}

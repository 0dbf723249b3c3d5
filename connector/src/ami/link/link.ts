/**
 * One connection to AMI, from its greeting to its end, as a pure state machine: inputs and outputs are data, time
 * included.
 * Its phases are in phase.ts.
 *
 * Every action has a deadline. A phase that does not end in time ends the connection. From the moment the lists are
 * requested, events are output in the order of the bytes, together with the lists' items (see ARCHITECTURE.md,
 * Regeneration).
 *
 * Requests are sent in `live`, and in `lists` if the link was live before. Each is answered exactly once: `notSent` at
 * once, `answered`, or `lost` after its deadline or at the end of the connection.
 *
 * A packet is readable until the framer's next push: the link reads what it needs while it handles the packet.
 */
import { decodeEvent } from "../event/decode.ts";
import type { RegenerationList } from "../event/event.ts";
import type { Framed } from "../wire/framer.ts";
import type { Packet } from "../wire/packet.ts";
import type { ActionFields } from "./action.ts";
import { hasStarted, isDenied, isUnknownAction } from "./answer.ts";
import type { Answer } from "./correlator.ts";
import { eventFilters, eventMask, filterFields } from "./filter.ts";
import {
  answerDeadlineMs,
  bootDeadlineMs,
  bootQueryMs,
  type Ended,
  type LinkInput,
  type LinkOutput,
  type LinkSettings,
  listDeadlineMs,
  requestDeadlineMs,
  silenceMs,
  type WallAndSteady,
} from "./link-io.ts";
import { Liveness } from "./liveness.ts";
import { challengeRefused, loginFields, loginRefused } from "./login.ts";
import { PendingActions, type Purpose } from "./pending-actions.ts";
import { overdueReason, type Phase } from "./phase.ts";
import { recordingFields } from "./recording.ts";
import { endWithout, Regeneration } from "./regeneration.ts";
import { parseRights } from "./rights.ts";

type RequestInput = Extract<LinkInput, { kind: "request" }>;

export class AmiLink {
  readonly #settings: LinkSettings;
  readonly #pending: PendingActions;
  readonly #liveness: Liveness;
  readonly #regeneration = new Regeneration();
  #phase: Phase = "greeting";
  #outputs: LinkOutput[] = [];
  #asteriskVersion: string | null = null;
  /** The time of the input that is being handled. */
  #now: WallAndSteady;
  /** On the steady clock. */
  #phaseDeadline: number;
  #nextBootQueryAt = 0;
  #booted = false;
  #wasUp = false;

  constructor(settings: LinkSettings, now: WallAndSteady) {
    this.#settings = settings;
    this.#pending = new PendingActions(settings.idPrefix);
    this.#liveness = new Liveness(now);
    this.#now = now;
    this.#phaseDeadline = now.steady + answerDeadlineMs;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** See {@link Liveness.asOf}. */
  asOf(end: WallAndSteady): number {
    return this.#liveness.asOf(end);
  }

  handle(input: LinkInput): readonly LinkOutput[] {
    this.#outputs = [];
    if (input.kind !== "closed") this.#now = input;
    if (input.kind === "request") this.#request(input);
    else if (this.#phase !== "ended") this.#handle(input);
    return this.#outputs;
  }

  #handle(input: Exclude<LinkInput, RequestInput>): void {
    switch (input.kind) {
      case "received":
        this.#liveness.onReceived(input);
        for (const framed of input.framed) {
          this.#onFramed(framed);
          if (this.#phase === "ended") return;
        }
        break;
      case "tick":
        this.#onTick();
        break;
      case "regenerate":
        if (this.#phase === "live") this.#regenerate();
        else if (this.#phase === "lists") this.#regeneration.requestAgain();
        break;
      case "closed":
        if (input.isBroken) this.#liveness.onBroken();
        this.#end(input.reason, input.retry);
        break;
      case "getRecording": {
        const purpose = { kind: "recording", uniqueId: input.uniqueId } as const;
        this.#sendOwn("Getvar", recordingFields(input.channel), purpose);
      }
    }
  }

  #request({ id, action, fields }: RequestInput): void {
    const purpose = { kind: "request", id } as const;
    const isUp = this.#wasUp && this.#phase !== "ended";
    const because = isUp ? this.#send(action, fields, purpose, requestDeadlineMs) : "AMI is not up";
    if (because !== null) this.#outputs.push({ kind: "notSent", id, because });
  }

  #onFramed(framed: Framed): void {
    if (framed.kind === "fault") {
      if (framed.fault === "not_asterisk") this.#end("the server is not an Asterisk Manager Interface", "slowly");
      else this.#warn(`dropped a packet from Asterisk: ${framed.fault}`);
    } else if (framed.kind === "banner") this.#onBanner();
    else this.#onPacket(framed);
  }

  #onBanner(): void {
    if (this.#settings.plainLogin) this.#login(null);
    else {
      this.#enter("challenge", answerDeadlineMs);
      this.#sendOwn("Challenge", [["AuthType", "MD5"]], { kind: "challenge" });
    }
  }

  #login(challenge: string | null): void {
    this.#enter("login", answerDeadlineMs);
    this.#sendOwn("Login", loginFields(this.#settings, challenge), { kind: "login" });
  }

  #onPacket(packet: Packet): void {
    if (packet.fields.get("Event") === "Shutdown") {
      this.#end("Asterisk is shutting down", "soon");
      return;
    }
    const event = decodeEvent(packet, this.#now.at);
    if (event?.kind === "fullyBooted" && this.#phase === "booting") this.#onBooted();
    else if (event && (this.#phase === "lists" || this.#phase === "live")) this.#outputs.push({ kind: "event", event });
    const answer = this.#pending.match(packet);
    if (answer) this.#onAnswer(answer);
  }

  #onAnswer({ purpose, ok, message, packet }: Answer<Purpose>): void {
    if (purpose.kind === "request") {
      const { id } = purpose;
      // A copy, because the requester reads the answer later, perhaps after the framer's next push.
      if (packet) this.#outputs.push({ kind: "answered", id, ok, message, fields: new Map(packet.fields) });
      else this.#outputs.push({ kind: "lost", id, because: `no answer within ${requestDeadlineMs / 1000} s` });
    }
    // While shutting down, Asterisk answers every action with this error.
    if (!ok && message === "Asterisk is shutting down") {
      this.#end(message, "soon");
      return;
    }
    switch (purpose.kind) {
      case "challenge":
        if (ok) this.#login(packet?.fields.get("Challenge") ?? "");
        else this.#end(challengeRefused(message), "slowly");
        break;
      case "login":
        if (ok) this.#onLoggedIn();
        else this.#end(loginRefused(message), "slowly");
        break;
      case "coreStatus":
        if (this.#phase === "booting" && (ok ? hasStarted(packet) : isDenied(message))) this.#onBooted();
        break;
      case "coreSettings":
        this.#asteriskVersion = packet?.fields.get("AsteriskVersion") ?? null;
        break;
      case "commands": {
        const rights = ok && packet ? parseRights(packet.fields) : null;
        if (rights) this.#outputs.push({ kind: "rights", rights });
        break;
      }
      case "filter":
        this.#onFiltered(ok);
        break;
      case "list":
        this.#onList(purpose.list, ok, message);
        break;
      case "recording": {
        const path = (ok && packet?.fields.get("Value")) || null;
        const { at } = this.#now;
        this.#outputs.push({ kind: "event", event: { kind: "recordingPath", uniqueId: purpose.uniqueId, path, at } });
      }
    }
  }

  #onLoggedIn(): void {
    this.#enter("booting", bootDeadlineMs);
    this.#sendOwn("CoreSettings", [], { kind: "coreSettings" });
    this.#queryBoot();
  }

  /** FullyBooted reaches only accounts with read=system, and lists are incomplete before it. */
  #queryBoot(): void {
    this.#nextBootQueryAt = this.#now.steady + bootQueryMs;
    this.#sendOwn("CoreStatus", [], { kind: "coreStatus" });
  }

  #onBooted(): void {
    if (this.#booted) return;
    this.#booted = true;
    this.#enter("filtering", answerDeadlineMs);
    // Only now, because a module that is not loaded yet has no actions.
    this.#sendOwn("ListCommands", [], { kind: "commands" });
    for (const filter of eventFilters()) this.#sendOwn("Filter", filterFields(filter), { kind: "filter" });
  }

  /**
   * The first refusal decides: for an account without the right to filter, the link requests fewer event classes
   * instead.
   */
  #onFiltered(ok: boolean): void {
    if (this.#phase !== "filtering") return;
    if (!ok) this.#sendOwn("Events", [["EventMask", eventMask]], { kind: "mask" });
    else if (this.#pending.has(({ kind }) => kind === "filter")) return;
    this.#regenerate();
  }

  #regenerate(): void {
    this.#enter("lists", listDeadlineMs);
    this.#outputs.push({
      kind: "event",
      event: { kind: "regenerationStarted", at: this.#now.at, ...(!this.#wasUp && { isNewConnection: true }) },
    });
    for (const { list, action } of this.#regeneration.begin())
      this.#sendOwn(action, [], { kind: "list", list }, listDeadlineMs);
  }

  #onList(list: RegenerationList, ok: boolean, message: string): void {
    const { at } = this.#now;
    const needed = ok ? null : endWithout(list, message);
    if (needed) {
      this.#end(needed.reason, needed.retry);
      return;
    }
    // Without its module there is no parked call.
    if (!ok && !(list === "parking" && isUnknownAction(message)))
      this.#warn(`Asterisk does not list its ${list}: ${message}`);
    this.#outputs.push({ kind: "event", event: { kind: "listCompleted", list, at, ...(!ok && { refused: true }) } });
    const next = this.#regeneration.settle(list);
    if (next === "incomplete") return;
    this.#enter("live", Number.POSITIVE_INFINITY);
    this.#wasUp = true;
    this.#outputs.push({ kind: "up", asteriskVersion: this.#asteriskVersion, at });
    if (next === "again") this.#regenerate();
  }

  #onTick(): void {
    const { steady } = this.#now;
    // The reason for a late list names the list, see below.
    if (steady >= this.#phaseDeadline && this.#phase !== "lists") this.#end(overdueReason(this.#phase), "soon");
    for (const late of this.#pending.expire(steady)) if (late.purpose.kind !== "ping") this.#onAnswer(late);
    if (this.#phase === "ended") return;
    if (this.#wasUp && this.#liveness.isSilent(steady)) this.#end("Asterisk fell silent", "soon");
    else if (this.#phase === "booting" && steady >= this.#nextBootQueryAt) this.#queryBoot();
    else if (this.#wasUp && this.#liveness.startPing(steady)) this.#sendOwn("Ping", [], { kind: "ping" }, silenceMs);
  }

  /** The phase must be left within `ms`, or the connection ends. */
  #enter(phase: Phase, ms: number): void {
    this.#phase = phase;
    this.#phaseDeadline = this.#now.steady + ms;
  }

  /** Sends an action of the link's own, and waits `ms` for its answer. */
  #sendOwn(action: string, fields: ActionFields, purpose: Purpose, ms = answerDeadlineMs): void {
    const because = this.#send(action, fields, purpose, ms);
    if (because !== null) this.#warn(`${action} was not sent: ${because}`);
  }

  /** Returns null if the action was sent, otherwise why not. */
  #send(action: string, fields: ActionFields, purpose: Purpose, ms: number): string | null {
    const opened = this.#pending.open(action, fields, purpose, this.#now.steady + ms);
    if (opened.kind === "refused") return opened.because;
    this.#outputs.push({ kind: "send", bytes: opened.bytes });
    this.#liveness.onSent(this.#now.steady);
    return null;
  }

  #warn(message: string): void {
    this.#outputs.push({ kind: "warning", message });
  }

  #end(reason: string, retry: Ended["retry"]): void {
    if (this.#phase === "ended") return;
    this.#enter("ended", Number.POSITIVE_INFINITY);
    for (const purpose of this.#pending.abandonAll())
      if (purpose.kind === "request") this.#outputs.push({ kind: "lost", id: purpose.id, because: reason });
    this.#outputs.push({ kind: "ended", reason, retry });
  }
}

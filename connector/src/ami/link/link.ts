/**
 * One connection to AMI, from its greeting to its end, as a pure state machine: inputs and outputs are data, time included.
 *
 * | phase      | what is awaited                                  | leaves it                                                    |
 * |------------|--------------------------------------------------|--------------------------------------------------------------|
 * | greeting   | Asterisk's banner                                | banner → challenge, or login if plain; other bytes → ended   |
 * | challenge  | the challenge for MD5                            | told → login; refused → ended                                |
 * | login      | the answer to Login                              | accepted → booting; refused → ended                          |
 * | booting    | FullyBooted, or a start time from CoreStatus     | told → filtering                                             |
 * | filtering  | the answers to the filters; rights come beside   | all accepted → lists; refused → mask, then lists             |
 * | lists      | the regeneration's lists                         | all answered → live; one that must be there failed → ended   |
 * | live       | events; now and then the lists again; requests   | silence → ended                                              |
 * | any        |                                                  | Shutdown, closed by the shell → ended                        |
 * | ended      | nothing                                          | never: the shell makes a new link for a new connection       |
 *
 * What is asked has a deadline; a phase that does not end in time ends the connection. Events are passed on in the order of the bytes from the
 * moment the lists are asked, together with the lists' items (see ARCHITECTURE.md, Regeneration).
 *
 * Requests are sent in `live`, and in `lists` if it was live before. Each is answered exactly once: `notSent` at once, `answered`, or `lost` after its
 * deadline or at the end of the connection.
 */

import { decodeEvent } from "../event/decode.ts";
import type { RegenerationList } from "../event/event.ts";
import type { Framed } from "../wire/framer.ts";
import type { Packet } from "../wire/packet.ts";
import type { ActionFields } from "./action.ts";
import { hasStarted, isDenied } from "./answer.ts";
import type { Answer } from "./correlator.ts";
import { eventFilters, eventMask, filterFields } from "./filter.ts";
import {
  answerDeadlineMs,
  bootDeadlineMs,
  bootQuestionMs,
  type Ended,
  type LinkInput,
  type LinkOutput,
  type LinkSettings,
  listDeadlineMs,
  pingAfterMs,
  requestDeadlineMs,
  silenceMs,
  type WallAndSteady,
} from "./link-io.ts";
import { challengeRefused, loginFields, loginRefused } from "./login.ts";
import { type Question, Questions, recordingFields } from "./question.ts";
import { endWithout, Regeneration } from "./regeneration.ts";
import { parseRights } from "./rights.ts";

type Phase = "greeting" | "challenge" | "login" | "booting" | "filtering" | "lists" | "live" | "ended";

type Request = Extract<LinkInput, { kind: "request" }>;

export class AmiLink {
  readonly #settings: LinkSettings;
  readonly #questions: Questions;
  #phase: Phase = "greeting";
  #outputs: LinkOutput[] = [];
  #asteriskVersion: string | null = null;
  /** When the input came that is being handled. */
  #now: WallAndSteady;
  #heard: WallAndSteady;
  /** Deadlines are on the steady clock. */
  #phaseDeadline: number;
  #askBootAt = 0;
  #booted = false;
  #pinged = false;
  readonly #regeneration = new Regeneration();
  #wasUp = false;

  constructor(settings: LinkSettings, now: WallAndSteady) {
    this.#settings = settings;
    this.#questions = new Questions(settings.idPrefix);
    this.#now = now;
    this.#heard = now;
    this.#phaseDeadline = now.steady + answerDeadlineMs;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** As of when (ms since 1970) the states are right that ended at `end`: a peer that died in silence was right when it was last heard (ST3). */
  asOf(end: WallAndSteady): number {
    return end.steady - this.#heard.steady >= silenceMs ? this.#heard.at : end.at;
  }

  handle(input: LinkInput): readonly LinkOutput[] {
    this.#outputs = [];
    if (input.kind !== "closed") this.#now = input;
    if (input.kind === "request") this.#request(input);
    else if (this.#phase !== "ended") this.#take(input);
    return this.#outputs;
  }

  #take(input: Exclude<LinkInput, Request>): void {
    switch (input.kind) {
      case "framed":
        this.#heard = input;
        this.#pinged = false;
        this.#onFramed(input.framed);
        break;
      case "tick":
        this.#onTick();
        break;
      case "regenerate":
        if (this.#phase === "live") this.#regenerate();
        else if (this.#phase === "lists") this.#regeneration.wish();
        break;
      case "closed":
        this.#end(input.reason, input.retry);
        break;
      case "getRecording": {
        const question = { kind: "recording", uniqueId: input.uniqueId } as const;
        this.#ask("Getvar", recordingFields(input.channel), question);
      }
    }
  }

  #request({ id, action, fields }: Request): void {
    const question = { kind: "request", id } as const;
    const isUp = this.#wasUp && this.#phase !== "ended";
    const because = isUp ? this.#send(action, fields, question, requestDeadlineMs) : "AMI is not up";
    if (because !== null) this.#outputs.push({ kind: "notSent", id, because });
  }

  #onFramed(framed: Framed): void {
    if (framed.kind === "fault") {
      if (framed.fault === "not_asterisk")
        this.#end("what answers there is not an Asterisk Manager Interface", "slowly");
      else this.#warn(`a packet from Asterisk was dropped: ${framed.fault}`);
    } else if (framed.kind === "banner") this.#onBanner();
    else this.#onPacket(framed.packet);
  }

  #onBanner(): void {
    if (this.#settings.plainLogin) this.#login(null);
    else {
      this.#enter("challenge", answerDeadlineMs);
      this.#ask("Challenge", [["AuthType", "MD5"]], { kind: "challenge" });
    }
  }

  #login(challenge: string | null): void {
    this.#enter("login", answerDeadlineMs);
    this.#ask("Login", loginFields(this.#settings, challenge), { kind: "login" });
  }

  #onPacket(packet: Packet): void {
    if (packet.fields.get("Event") === "Shutdown") {
      this.#end("Asterisk is shutting down", "soon");
      return;
    }
    const event = decodeEvent(packet, this.#now.at);
    if (event?.kind === "fullyBooted" && this.#phase === "booting") this.#onBooted();
    else if (event && (this.#phase === "lists" || this.#phase === "live")) this.#outputs.push({ kind: "event", event });
    const answer = this.#questions.take(packet);
    if (answer) this.#onAnswer(answer);
  }

  #onAnswer({ question, ok, message, packet }: Answer<Question>): void {
    if (question.kind === "request") {
      const { id } = question;
      // Whoever has asked reads the answer later than the next bytes come.
      if (packet) this.#outputs.push({ kind: "answered", id, ok, message, fields: new Map(packet.fields) });
      else this.#outputs.push({ kind: "lost", id, because: `no answer within ${requestDeadlineMs / 1000} s` });
    }
    // It still answers while it goes, everything with this error.
    if (!ok && message === "Asterisk is shutting down") {
      this.#end(message, "soon");
      return;
    }
    switch (question.kind) {
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
        this.#onList(question.list, ok, message);
        break;
      case "recording": {
        const path = (ok && packet?.fields.get("Value")) || null;
        const { at } = this.#now;
        this.#outputs.push({ kind: "event", event: { kind: "recordingPath", uniqueId: question.uniqueId, path, at } });
      }
    }
  }

  #onLoggedIn(): void {
    this.#enter("booting", bootDeadlineMs);
    this.#ask("CoreSettings", [], { kind: "coreSettings" });
    this.#askBoot();
  }

  /** FullyBooted reaches accounts with read=system only, and lists are incomplete before. */
  #askBoot(): void {
    this.#askBootAt = this.#now.steady + bootQuestionMs;
    this.#ask("CoreStatus", [], { kind: "coreStatus" });
  }

  #onBooted(): void {
    if (this.#booted) return;
    this.#booted = true;
    this.#enter("filtering", answerDeadlineMs);
    // Not before: a module that is not loaded yet has no actions.
    this.#ask("ListCommands", [], { kind: "commands" });
    for (const filter of eventFilters()) this.#ask("Filter", filterFields(filter), { kind: "filter" });
  }

  /** The first refusal decides: an account that may not filter asks for fewer classes instead. */
  #onFiltered(ok: boolean): void {
    if (this.#phase !== "filtering") return;
    if (!ok) this.#ask("Events", [["EventMask", eventMask]], { kind: "mask" });
    else if (this.#questions.has((question) => question.kind === "filter")) return;
    this.#regenerate();
  }

  #regenerate(): void {
    this.#enter("lists", listDeadlineMs);
    this.#outputs.push({ kind: "event", event: { kind: "regenerationStarted", at: this.#now.at } });
    for (const { list, action } of this.#regeneration.begin())
      this.#ask(action, [], { kind: "list", list }, listDeadlineMs);
  }

  #onList(list: RegenerationList, ok: boolean, message: string): void {
    const { at } = this.#now;
    const needed = ok ? null : endWithout(list, message);
    if (needed) {
      this.#end(needed.reason, needed.retry);
      return;
    }
    if (!ok) this.#warn(`Asterisk does not list its ${list}: ${message}`);
    this.#outputs.push({ kind: "event", event: { kind: "listCompleted", list, at, ...(!ok && { refused: true }) } });
    const next = this.#regeneration.settle(list);
    if (next === "goOn") return;
    this.#enter("live", Number.POSITIVE_INFINITY);
    this.#wasUp = true;
    this.#outputs.push({ kind: "up", asteriskVersion: this.#asteriskVersion, at });
    if (next === "again") this.#regenerate();
  }

  #onTick(): void {
    const { steady } = this.#now;
    const silentMs = steady - this.#heard.steady;
    // A list that is late is told by its name, below.
    if (steady >= this.#phaseDeadline && this.#phase !== "lists")
      this.#end(
        this.#phase === "greeting"
          ? "nothing was said there in time; is it an Asterisk Manager Interface?"
          : `Asterisk did not answer in time (${this.#phase})`,
        "soon",
      );
    for (const late of this.#questions.expire(steady)) if (late.question.kind !== "ping") this.#onAnswer(late);
    if (this.#phase === "ended") return;
    if (silentMs >= silenceMs && this.#wasUp) this.#end("Asterisk fell silent", "soon");
    else if (this.#phase === "booting" && steady >= this.#askBootAt) this.#askBoot();
    else if (this.#wasUp && silentMs >= pingAfterMs && !this.#pinged) {
      this.#pinged = true;
      this.#ask("Ping", [], { kind: "ping" }, silenceMs);
    }
  }

  /** A phase that is left within `ms`, or ends the connection. */
  #enter(phase: Phase, ms: number): void {
    this.#phase = phase;
    this.#phaseDeadline = this.#now.steady + ms;
  }

  /** The answer is waited for so many `ms`. */
  #ask(action: string, fields: ActionFields, question: Question, ms = answerDeadlineMs): void {
    const because = this.#send(action, fields, question, ms);
    if (because !== null) this.#warn(`${action} was not sent: ${because}`);
  }

  /** Null if it was sent; otherwise why not. */
  #send(action: string, fields: ActionFields, question: Question, ms: number): string | null {
    const asked = this.#questions.open(action, fields, question, this.#now.steady + ms);
    if (asked.kind === "notAsked") return asked.because;
    this.#outputs.push({ kind: "send", bytes: asked.bytes });
    return null;
  }

  #warn(message: string): void {
    this.#outputs.push({ kind: "warning", message });
  }

  #end(reason: string, retry: Ended["retry"]): void {
    if (this.#phase === "ended") return;
    this.#enter("ended", Number.POSITIVE_INFINITY);
    for (const question of this.#questions.giveUp())
      if (question.kind === "request") this.#outputs.push({ kind: "lost", id: question.id, because: reason });
    this.#outputs.push({ kind: "ended", reason, retry });
  }
}

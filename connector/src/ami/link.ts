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
import type { ActionFields } from "./action.ts";
import { hasStarted, isDenied } from "./answer.ts";
import type { Answer } from "./correlator.ts";
import { decodeEvent, type RegenerationList } from "./event.ts";
import { eventFilters, eventMask, filterFields } from "./filter.ts";
import type { Framed } from "./framer.ts";
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
} from "./link-io.ts";
import { challengeRefused, loginFields, loginRefused } from "./login.ts";
import type { Packet } from "./packet.ts";
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
  #heardAt: number;
  #phaseDeadline: number;
  #askBootAt = 0;
  #booted = false;
  #pinged = false;
  readonly #regeneration = new Regeneration();
  #wasUp = false;

  constructor(settings: LinkSettings, at: number) {
    this.#settings = settings;
    this.#questions = new Questions(settings.idPrefix);
    this.#heardAt = at;
    this.#phaseDeadline = at + answerDeadlineMs;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** As of when the states are right that ended at `at`: a peer that died in silence was right when it was last heard (ST3). */
  asOf(at: number): number {
    return at - this.#heardAt >= silenceMs ? this.#heardAt : at;
  }

  handle(input: LinkInput): readonly LinkOutput[] {
    this.#outputs = [];
    if (input.kind === "request") this.#request(input);
    else if (this.#phase !== "ended") this.#take(input);
    return this.#outputs;
  }

  #take(input: Exclude<LinkInput, Request>): void {
    switch (input.kind) {
      case "framed":
        this.#heardAt = input.at;
        this.#pinged = false;
        this.#onFramed(input.framed, input.at);
        break;
      case "tick":
        this.#onTick(input.at);
        break;
      case "regenerate":
        if (this.#phase === "live") this.#regenerate(input.at);
        else if (this.#phase === "lists") this.#regeneration.wish();
        break;
      case "closed":
        this.#end(input.reason, input.retry);
        break;
      case "getRecording": {
        const question = { kind: "recording", uniqueId: input.uniqueId } as const;
        this.#ask("Getvar", recordingFields(input.channel), question, input.at + answerDeadlineMs);
      }
    }
  }

  #request({ id, action, fields, at }: Request): void {
    const question = { kind: "request", id } as const;
    const isUp = this.#wasUp && this.#phase !== "ended";
    const because = isUp ? this.#send(action, fields, question, at + requestDeadlineMs) : "AMI is not up";
    if (because !== null) this.#outputs.push({ kind: "notSent", id, because });
  }

  #onFramed(framed: Framed, at: number): void {
    if (framed.kind === "fault") {
      if (framed.fault === "not_asterisk")
        this.#end("what answers there is not an Asterisk Manager Interface", "slowly");
      else this.#warn(`a packet from Asterisk was dropped: ${framed.fault}`);
    } else if (framed.kind === "banner") this.#onBanner(at);
    else this.#onPacket(framed.packet, at);
  }

  #onBanner(at: number): void {
    if (this.#settings.plainLogin) this.#login(null, at);
    else {
      this.#enter("challenge", at + answerDeadlineMs);
      this.#ask("Challenge", [["AuthType", "MD5"]], { kind: "challenge" }, at + answerDeadlineMs);
    }
  }

  #login(challenge: string | null, at: number): void {
    this.#enter("login", at + answerDeadlineMs);
    this.#ask("Login", loginFields(this.#settings, challenge), { kind: "login" }, at + answerDeadlineMs);
  }

  #onPacket(packet: Packet, at: number): void {
    if (packet.fields.get("Event") === "Shutdown") {
      this.#end("Asterisk is shutting down", "soon");
      return;
    }
    const event = decodeEvent(packet, at);
    if (event?.kind === "fullyBooted" && this.#phase === "booting") this.#onBooted(at);
    else if (event && (this.#phase === "lists" || this.#phase === "live")) this.#outputs.push({ kind: "event", event });
    const answer = this.#questions.take(packet);
    if (answer) this.#onAnswer(answer, at);
  }

  #onAnswer({ question, ok, message, packet }: Answer<Question>, at: number): void {
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
        if (ok) this.#login(packet?.fields.get("Challenge") ?? "", at);
        else this.#end(challengeRefused(message), "slowly");
        break;
      case "login":
        if (ok) this.#onLoggedIn(at);
        else this.#end(loginRefused(message), "slowly");
        break;
      case "coreStatus":
        if (this.#phase === "booting" && (ok ? hasStarted(packet) : isDenied(message))) this.#onBooted(at);
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
        this.#onFiltered(ok, at);
        break;
      case "list":
        this.#onList(question.list, ok, message, at);
        break;
      case "recording": {
        const path = (ok && packet?.fields.get("Value")) || null;
        this.#outputs.push({ kind: "event", event: { kind: "recordingTold", uniqueId: question.uniqueId, path, at } });
      }
    }
  }

  #onLoggedIn(at: number): void {
    this.#enter("booting", at + bootDeadlineMs);
    this.#ask("CoreSettings", [], { kind: "coreSettings" }, at + answerDeadlineMs);
    this.#askBoot(at);
  }

  /** FullyBooted reaches accounts with read=system only, and lists are incomplete before. */
  #askBoot(at: number): void {
    this.#askBootAt = at + bootQuestionMs;
    this.#ask("CoreStatus", [], { kind: "coreStatus" }, at + answerDeadlineMs);
  }

  #onBooted(at: number): void {
    if (this.#booted) return;
    this.#booted = true;
    this.#enter("filtering", at + answerDeadlineMs);
    // Not before: a module that is not loaded yet has no actions.
    this.#ask("ListCommands", [], { kind: "commands" }, at + answerDeadlineMs);
    for (const filter of eventFilters())
      this.#ask("Filter", filterFields(filter), { kind: "filter" }, at + answerDeadlineMs);
  }

  /** The first refusal decides: an account that may not filter asks for fewer classes instead. */
  #onFiltered(ok: boolean, at: number): void {
    if (this.#phase !== "filtering") return;
    if (!ok) this.#ask("Events", [["EventMask", eventMask]], { kind: "mask" }, at + answerDeadlineMs);
    else if (this.#questions.has((question) => question.kind === "filter")) return;
    this.#regenerate(at);
  }

  #regenerate(at: number): void {
    this.#enter("lists", at + listDeadlineMs);
    this.#outputs.push({ kind: "event", event: { kind: "regenerationStarted", at } });
    for (const { list, action } of this.#regeneration.begin())
      this.#ask(action, [], { kind: "list", list }, at + listDeadlineMs);
  }

  #onList(list: RegenerationList, ok: boolean, message: string, at: number): void {
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
    if (next === "again") this.#regenerate(at);
  }

  #onTick(at: number): void {
    // A list that is late is told by its name, below.
    if (at >= this.#phaseDeadline && this.#phase !== "lists")
      this.#end(
        this.#phase === "greeting"
          ? "nothing was said there in time; is it an Asterisk Manager Interface?"
          : `Asterisk did not answer in time (${this.#phase})`,
        "soon",
      );
    for (const late of this.#questions.expire(at)) if (late.question.kind !== "ping") this.#onAnswer(late, at);
    if (this.#phase === "ended") return;
    if (at - this.#heardAt >= silenceMs && this.#wasUp) this.#end("Asterisk fell silent", "soon");
    else if (this.#phase === "booting" && at >= this.#askBootAt) this.#askBoot(at);
    else if (this.#wasUp && at - this.#heardAt >= pingAfterMs && !this.#pinged) {
      this.#pinged = true;
      this.#ask("Ping", [], { kind: "ping" }, at + silenceMs);
    }
  }

  #enter(phase: Phase, deadline: number): void {
    this.#phase = phase;
    this.#phaseDeadline = deadline;
  }

  #ask(action: string, fields: ActionFields, question: Question, deadline: number): void {
    const because = this.#send(action, fields, question, deadline);
    if (because !== null) this.#warn(`${action} was not sent: ${because}`);
  }

  /** Null if it was sent; otherwise why not. */
  #send(action: string, fields: ActionFields, question: Question, deadline: number): string | null {
    const asked = this.#questions.open(action, fields, question, deadline);
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

/**
 * One connection to AMI, from its greeting to its end, as a pure state machine: inputs and outputs are data, time included.
 *
 * | phase      | what is awaited                                  | leaves it                                                    |
 * |------------|--------------------------------------------------|--------------------------------------------------------------|
 * | greeting   | Asterisk's banner                                | banner → challenge, or login if plain; other bytes → ended   |
 * | challenge  | the challenge for MD5                            | told → login; refused → ended                                |
 * | login      | the answer to Login                              | accepted → booting; refused → ended                          |
 * | booting    | FullyBooted, or a start time from CoreStatus     | told → filtering                                             |
 * | filtering  | the answers to the filters                       | all accepted → lists; refused → mask, then lists             |
 * | lists      | the regeneration's lists                         | all answered → live; one that must be there failed → ended   |
 * | live       | events; now and then the lists again             | Shutdown, silence → ended                                    |
 * | ended      | nothing                                          | never: the shell makes a new link for a new connection       |
 *
 * What is asked has a deadline; a phase that does not end in time ends the connection. Events are passed on in the order of the bytes from the
 * moment the lists are asked, together with the lists' items (see ARCHITECTURE.md, Regeneration).
 */
import { encodeAction } from "./action.ts";
import { hasStarted, isDenied } from "./answer.ts";
import { Correlator } from "./correlator.ts";
import { decodeEvent, type RegenerationList } from "./event.ts";
import { eventFilters, eventMask } from "./filter.ts";
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
  silenceMs,
} from "./link-io.ts";
import { regenerationActions } from "./list.ts";
import { loginFields } from "./login.ts";
import type { Packet } from "./packet.ts";

type Phase = "greeting" | "challenge" | "login" | "booting" | "filtering" | "lists" | "live" | "ended";

type Question =
  | Readonly<{ kind: "challenge" | "login" | "coreStatus" | "coreSettings" | "filter" | "mask" | "ping" }>
  | Readonly<{ kind: "list"; list: RegenerationList }>
  | Readonly<{ kind: "recording"; uniqueId: string }>;

export class AmiLink {
  readonly #settings: LinkSettings;
  readonly #questions = new Correlator<Question>();
  #phase: Phase = "greeting";
  #outputs: LinkOutput[] = [];
  #nextActionId = 1;
  #asteriskVersion: string | null = null;
  #heardAt: number;
  #phaseDeadline: number;
  #askBootAt = 0;
  #booted = false;
  #pinged = false;
  /** The required lists that are still to come, and whether another regeneration was wished meanwhile. */
  readonly #listsLeft = new Set<RegenerationList>();
  #again = false;
  #wasUp = false;

  constructor(settings: LinkSettings, at: number) {
    this.#settings = settings;
    this.#heardAt = at;
    this.#phaseDeadline = at + answerDeadlineMs;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** When Asterisk last said something. */
  get heardAt(): number {
    return this.#heardAt;
  }

  handle(input: LinkInput): readonly LinkOutput[] {
    this.#outputs = [];
    if (this.#phase !== "ended") this.#take(input);
    return this.#outputs;
  }

  #take(input: LinkInput): void {
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
        else if (this.#phase === "lists") this.#again = true;
        break;
      case "getRecording":
        this.#ask(
          "Getvar",
          [
            ["Channel", input.channel],
            ["Variable", "MIXMONITOR_FILENAME"],
          ],
          { kind: "recording", uniqueId: input.uniqueId },
          input.at + answerDeadlineMs,
        );
    }
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
    if (answer) this.#onAnswer(answer.question, answer.ok, answer.message, answer.packet, at);
  }

  #onAnswer(question: Question, ok: boolean, message: string, packet: Packet | null, at: number): void {
    // It still answers while it goes, everything with this error.
    if (!ok && message === "Asterisk is shutting down") {
      this.#end(message, "soon");
      return;
    }
    switch (question.kind) {
      case "challenge":
        if (ok) this.#login(packet?.fields.get("Challenge") ?? "", at);
        else
          this.#end(
            `Asterisk offers no MD5 login (${message}); AMI_PLAIN_LOGIN=true would send the secret as it is`,
            "slowly",
          );
        break;
      case "login":
        if (ok) this.#onLoggedIn(at);
        else
          this.#end(
            `Asterisk refused the login: ${message}; check AMI_USERNAME, AMI_SECRET and the account's permit lines`,
            "slowly",
          );
        break;
      case "coreStatus":
        if (this.#phase === "booting" && (ok ? hasStarted(packet) : isDenied(message))) this.#onBooted(at);
        break;
      case "coreSettings":
        this.#asteriskVersion = packet?.fields.get("AsteriskVersion") ?? null;
        break;
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
    for (const filter of eventFilters())
      this.#ask(
        "Filter",
        [
          ["Operation", "Add"],
          ["Filter", filter],
        ],
        { kind: "filter" },
        at + answerDeadlineMs,
      );
  }

  /** The first refusal decides: an account that may not filter asks for fewer classes instead. */
  #onFiltered(ok: boolean, at: number): void {
    if (this.#phase !== "filtering") return;
    if (!ok) this.#ask("Events", [["EventMask", eventMask]], { kind: "mask" }, at + answerDeadlineMs);
    else if (this.#questions.has((question) => question.kind === "filter")) return;
    this.#regenerate(at);
  }

  #regenerate(at: number): void {
    this.#again = false;
    this.#enter("lists", at + listDeadlineMs);
    this.#outputs.push({ kind: "event", event: { kind: "regenerationStarted", at } });
    for (const { list, action } of regenerationActions) {
      this.#listsLeft.add(list);
      this.#ask(action, [], { kind: "list", list }, at + listDeadlineMs);
    }
  }

  #onList(list: RegenerationList, ok: boolean, message: string, at: number): void {
    const isRequired = regenerationActions.some((entry) => entry.list === list && entry.required);
    // Half a list, too, would take from the model what the other half has.
    if (!ok && (isRequired || message === "timeout")) {
      // A missing right will be missing next time; a list that is late, or whose module is not loaded yet, may well come then.
      if (isDenied(message))
        this.#end(`Asterisk does not list its ${list} (${message}); the account needs write=reporting`, "slowly");
      else this.#end(`Asterisk does not list its ${list} (${message})`, "soon");
      return;
    }
    if (!ok) this.#warn(`Asterisk does not list its ${list}: ${message}`);
    this.#outputs.push({ kind: "event", event: { kind: "listCompleted", list, at, ...(!ok && { refused: true }) } });
    this.#listsLeft.delete(list);
    if (this.#listsLeft.size > 0) return;
    this.#enter("live", Number.POSITIVE_INFINITY);
    this.#wasUp = true;
    this.#outputs.push({ kind: "up", asteriskVersion: this.#asteriskVersion, at });
    if (this.#again) this.#regenerate(at);
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
    for (const { question, ok, message } of this.#questions.expire(at)) {
      if (this.#phase !== "ended" && question.kind !== "ping") this.#onAnswer(question, ok, message, null, at);
    }
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

  #ask(action: string, fields: readonly (readonly [string, string])[], question: Question, deadline: number): void {
    const actionId = `pbxis-${this.#nextActionId++}`;
    const encoded = encodeAction(action, actionId, fields);
    if (!encoded.ok) this.#warn(`${action} was not sent: ${encoded.reason}`);
    else if (this.#questions.ask(actionId, question, deadline))
      this.#outputs.push({ kind: "send", bytes: encoded.bytes });
    else this.#warn(`${action} was not sent: too many answers are outstanding`);
  }

  #warn(message: string): void {
    this.#outputs.push({ kind: "warning", message });
  }

  #end(reason: string, retry: Ended["retry"]): void {
    if (this.#phase === "ended") return;
    this.#enter("ended", Number.POSITIVE_INFINITY);
    this.#outputs.push({ kind: "ended", reason, retry });
  }
}

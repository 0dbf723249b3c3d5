/**
 * Commands at the site (CM11, CM12, UP9). Each is written to the ledger, sent to the connector and ended exactly once,
 * whatever happens to the uplink, to this object or to the client.
 *
 * | a command                    | leaves it                                                              |
 * |------------------------------|------------------------------------------------------------------------|
 * | is refused                   | at once: no uplink, AMI away, key used for another, a limit reached     |
 * |                              | (CM16); nothing is stored                                              |
 * | is open, sent to an epoch    | its outcome → ended                                                    |
 * |                              | the same connector is back → sent again; it knows what it has done      |
 * |                              | another connector came, or `giveUpAt` → ended as unknown                |
 * |                              | this build cannot read it → ended as unknown                           |
 * | has ended                    | after 24 h, or earlier if the ledger is full → deleted                  |
 */
import { type LinkState, type Outcome, outcomeUnknown, type SiteFrame } from "@pbxis/shared";
import { logUnreadable } from "../../stored.ts";
import type { CommandRecord, CommandReply, CommandRequest } from "../api.ts";
import type { CallerNumber } from "../erasure/number.ts";
import { commandsKeptMs, expiryOf, isDue } from "../retention.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerEntry } from "./ledger-row.ts";
import { CommandRates, openLimitReached, rateSpanMs } from "./limits.ts";
import { isSameCommand } from "./same-command.ts";

/**
 * A connector that was cut off and comes back within this time knows the outcome. One that answers late has the same
 * time.
 */
export const graceMs = 5_000;

/** Requests that wait for one command, which all have its key. */
const maxWaiting = 100;

/** The connector that holds the uplink. */
export type CommandLink = Readonly<{ epoch: string; send: (frame: SiteFrame) => void }>;

export class Commands {
  readonly #ledger: Ledger;
  readonly #rates: CommandRates;
  readonly #open = new Map<string, LedgerEntry>();
  readonly #count: (how: "taken" | "refused" | "limited" | Outcome["status"]) => void;
  readonly #waiting = new Map<string, ((outcome: Outcome) => void)[]>();

  /** `site` names it in the worker's log. `count` is called with what became of each command. */
  constructor(
    sql: SqlStorage,
    site: string,
    now: number,
    count: (how: "taken" | "refused" | "limited" | Outcome["status"]) => void,
  ) {
    this.#count = count;
    this.#ledger = new Ledger(sql, site);
    this.#rates = new CommandRates(this.#ledger.acceptedSince(now - rateSpanMs), now);
    for (const entry of this.#ledger.open()) {
      if (entry.command) this.#open.set(entry.id, entry);
      else {
        const place = { object: site, store: "commands", item: entry.id };
        logUnreadable(place, entry.problem, "its outcome is unknown, its key stays used");
        this.#end(entry.id, entry.outcome);
      }
    }
  }

  /** Accepts a command, or finds the earlier one that it repeats. */
  take(request: CommandRequest, link: LinkState, uplink: CommandLink | null, now: number): CommandReply {
    const reply = this.#take(request, link, uplink, now);
    if (reply.kind === "refused") this.#count(reply.code === "too_fast" ? "limited" : "refused");
    return reply;
  }

  #take(request: CommandRequest, link: LinkState, uplink: CommandLink | null, now: number): CommandReply {
    const { id, subject, key, command, reach, deadlineMs } = request;
    this.#ledger.deleteEnded(now - commandsKeptMs);
    const known = this.#ledger.byId(id) ?? (key === null ? null : this.#ledger.byKey(subject, key));
    if (known) {
      if (known.command && !isSameCommand(known.command, command))
        return refuse("key_reused", "this key came with another command before");
      return { kind: "accepted", id: known.id, outcome: known.outcome };
    }
    if (!uplink || link === "offline") return refuse("unavailable", "the site's connector is not connected");
    if (link === "down") return refuse("unavailable", "the site's connector has no connection to Asterisk");
    const limited = this.#limit(subject, now);
    if (limited) return limited;
    const deadlineAt = now + deadlineMs;
    const { epoch } = uplink;
    const entry: LedgerEntry = {
      id,
      subject,
      epoch,
      deadlineAt,
      giveUpAt: deadlineAt + graceMs,
      reach,
      command,
      outcome: null,
    };
    this.#ledger.add(entry, key, now);
    this.#open.set(id, entry);
    this.#count("taken");
    send(uplink, entry);
    return { kind: "accepted", id, outcome: null };
  }

  /** CM16. Null for a command that may be accepted. */
  #limit(subject: string, now: number): CommandReply | null {
    const own = [...this.#open.values()].filter((entry) => entry.subject === subject).length;
    switch (openLimitReached(own, this.#open.size)) {
      case "grant":
        return refuse("too_fast", "this token has too many commands under way");
      case "site":
        return refuse("unavailable", "the site has too many commands under way");
      case null:
        return this.#rates.take(subject, now) ? null : refuse("too_fast", "this token sends commands too fast");
    }
  }

  /**
   * The reply with the outcome, once the command has ended: at the latest with the alarm at its `giveUpAt`. Refused if
   * too many requests wait for the same command.
   */
  async ended(id: string): Promise<CommandReply> {
    const outcome = this.#ledger.byId(id)?.outcome;
    if (outcome) return { kind: "accepted", id, outcome };
    const waiting = this.#waiting.get(id) ?? [];
    if (waiting.length >= maxWaiting) return refuse("too_fast", "too many requests wait for this command");
    this.#waiting.set(id, waiting);
    return { kind: "accepted", id, outcome: await new Promise<Outcome>((resolve) => waiting.push(resolve)) };
  }

  /** Null for a row that cannot be read, because nothing says who may see it. */
  record(id: string): CommandRecord | null {
    const entry = this.#ledger.byId(id);
    return entry?.command ? { id, command: entry.command, outcome: entry.outcome } : null;
  }

  /** An outcome of the connector with this `epoch`. It is ignored if the command has ended already. */
  onOutcome(id: string, outcome: Outcome, epoch: string): void {
    if (this.#open.get(id)?.epoch === epoch) this.#end(id, outcome);
  }

  /**
   * A connector holds the uplink now. Open commands that it was sent before are sent again; those of another connector
   * end as unknown.
   */
  onHolder(uplink: CommandLink, now: number): void {
    for (const entry of this.#open.values()) {
      if (entry.epoch !== uplink.epoch) {
        this.#end(
          entry.id,
          outcomeUnknown("the connector that was sent this command is gone; it may have been carried out"),
        );
        continue;
      }
      this.#giveUpAt(entry, Math.max(entry.deadlineAt, now) + graceMs);
      send(uplink, entry);
    }
  }

  /** No connector holds the uplink any more. */
  onLinkLost(now: number): void {
    for (const entry of this.#open.values()) if (now + graceMs < entry.giveUpAt) this.#giveUpAt(entry, now + graceMs);
  }

  onAlarm(now: number): void {
    if (isDue(this.#expiry(), now)) this.#ledger.deleteEnded(now - commandsKeptMs);
    for (const { id, giveUpAt } of this.#open.values())
      if (giveUpAt <= now)
        this.#end(
          id,
          outcomeUnknown("the connector did not report how this command ended; it may have been carried out"),
        );
  }

  /** AP16: as `Ledger.erase`. A command that is under way keeps its number in memory until it ends. */
  erase(number: CallerNumber): number {
    return this.#ledger.erase(number);
  }

  gauges(): Readonly<{ openCommands: number; keptCommands: number }> {
    return { openCommands: this.#open.size, keptCommands: this.#ledger.size() };
  }

  /** When a command ends as unknown, or an old one is deleted. */
  dueAt(): number | null {
    const due = [this.#expiry() ?? [], [...this.#open.values()].map(({ giveUpAt }) => giveUpAt)].flat();
    return due.length === 0 ? null : Math.min(...due);
  }

  #expiry(): number | null {
    return expiryOf(this.#ledger.oldestAt(), commandsKeptMs);
  }

  #giveUpAt(entry: LedgerEntry, at: number): void {
    if (entry.giveUpAt === at) return;
    this.#ledger.giveUp(entry.id, at);
    this.#open.set(entry.id, { ...entry, giveUpAt: at });
  }

  #end(id: string, outcome: Outcome): void {
    this.#ledger.end(id, outcome);
    this.#count(outcome.status);
    this.#open.delete(id);
    for (const resolve of this.#waiting.get(id) ?? []) resolve(outcome);
    this.#waiting.delete(id);
  }
}

function send(uplink: CommandLink, { id, deadlineAt, reach, command }: LedgerEntry): void {
  uplink.send({ type: "command", id, deadlineAt, reach, command });
}

function refuse(code: "key_reused" | "too_fast" | "unavailable", message: string): CommandReply {
  return { kind: "refused", code, message };
}

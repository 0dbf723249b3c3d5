/**
 * The calls that are not over yet, and talks whose call has not come: a fold over the log. It brings the two together,
 * whichever comes first, and says which calls are over. Bounded: what is older than a day, or one too many, waits no
 * longer. The same items at the same times give the same state, so a waking site makes it anew from what was saved and
 * the log after that. Pure, changed in place.
 */
import * as z from "zod";
import type { LogItem } from "../api.ts";
import type { CallerNumber } from "../erasure/number.ts";
import { callOf, completed, distance, ListedCall, mayTalk, Talk, talkOf } from "./call.ts";

/** An event that its reader waits for no longer than this has another cause to be missing (ms). */
const openSpanMs = 24 * 3_600_000;
/** Calls that wait for a talk, and talks that wait for a call. Far more than a site has at a time. */
const maxOpen = 20_000;
export const maxEarly = 1_000;

/** `nextId` is that of the next wait that ends. */
export const SavedCalls = z
  .object({ nextId: z.number().int(), calls: z.array(ListedCall).readonly(), talks: z.array(Talk).readonly() })
  .readonly();
export type SavedCalls = z.infer<typeof SavedCalls>;

/** Whether an item says anything of queue calls. */
export function isOfCall({ type }: LogItem): boolean {
  return type === "queueCallEnded" || type === "agentComplete" || type === "agentTalkEnded";
}

export class OpenCalls {
  /** By the Uniqueid of the caller's channel. */
  readonly #calls = new Map<string, ListedCall[]>();
  #size = 0;
  #nextId: number;
  /** The oldest call is not older (ms). */
  #oldest = Number.POSITIVE_INFINITY;
  #talks: Talk[];

  constructor({ nextId, calls, talks }: SavedCalls) {
    this.#nextId = nextId;
    this.#talks = [...talks];
    for (const call of calls) this.#keep(call);
  }

  save(): SavedCalls {
    return { nextId: this.#nextId, calls: [...this.calls()], talks: this.#talks };
  }

  *calls(): Generator<ListedCall> {
    for (const alike of this.#calls.values()) yield* alike;
  }

  /** An item was logged at `now` (ms). Returns the calls that are over. */
  apply(item: LogItem, now: number): readonly ListedCall[] {
    const old = this.#dropOld(now);
    if (item.type === "queueCallEnded") return [...old, ...this.#add(callOf(item, now, this.#nextId++))];
    const talk = talkOf(item);
    return talk ? [...old, ...this.#complete(talk, now)] : old;
  }

  /** The earliest end of a wait or of a talk that is kept (ms), or earlier; null if there is none. */
  oldestAt(): number | null {
    const oldest = Math.min(this.#oldest, ...this.#talks.map(({ endedAt }) => endedAt));
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  /** Forgets what ended before `before` (ms). Returns whether there was anything. */
  deleteBefore(before: number): boolean {
    const talks = this.#talks.length;
    this.#talks = this.#talks.filter(({ endedAt }) => endedAt >= before);
    return this.#takeBefore(before).length > 0 || this.#talks.length < talks;
  }

  /** AP16: takes a number and the names beside it out. Returns how many calls had it. */
  erase(number: CallerNumber): number {
    let count = 0;
    for (const alike of this.#calls.values())
      for (const [index, call] of alike.entries()) {
        if (!number.is(call.number)) continue;
        alike[index] = { ...call, number: null, name: null };
        count += 1;
      }
    // A talk without a call has nothing but its recording's path.
    this.#talks = this.#talks.filter(({ recording }) => !number.isWithin(recording));
    return count;
  }

  #add(call: ListedCall): readonly ListedCall[] {
    if (!mayTalk(call)) return [call];
    const early = nearest(this.#talks, (talk) => distance(call, talk));
    if (early) {
      this.#talks = this.#talks.filter((talk) => talk !== early);
      return [completed(call, early)];
    }
    const over = this.#size >= maxOpen ? this.#takeSome() : [];
    this.#keep(call);
    return over;
  }

  #complete(talk: Talk, now: number): readonly ListedCall[] {
    const alike = talk.uniqueId === "" ? [...this.calls()] : (this.#calls.get(talk.uniqueId) ?? []);
    const call = nearest(alike, (one) => distance(one, talk));
    if (call) {
      this.#remove(call);
      return [completed(call, talk)];
    }
    // Of EV23 only those of picked calls are needed, and these come after their calls.
    if (talk.isCompletion) this.#talks.push({ ...talk, endedAt: Math.min(talk.endedAt, now) });
    if (this.#talks.length > maxEarly) this.#talks.shift();
    return [];
  }

  #keep(call: ListedCall): void {
    const others = this.#calls.get(call.uniqueId) ?? [];
    this.#calls.set(call.uniqueId, [...others, call]);
    this.#size += 1;
    this.#oldest = Math.min(this.#oldest, call.ended);
  }

  #remove(call: ListedCall): void {
    const others = (this.#calls.get(call.uniqueId) ?? []).filter((one) => one !== call);
    if (others.length > 0) this.#calls.set(call.uniqueId, others);
    else this.#calls.delete(call.uniqueId);
    this.#size -= 1;
    if (this.#size === 0) this.#oldest = Number.POSITIVE_INFINITY;
  }

  /** What has waited for a day. */
  #dropOld(now: number): readonly ListedCall[] {
    const before = now - openSpanMs;
    this.#talks = this.#talks.filter(({ endedAt }) => endedAt > before);
    return this.#oldest > before ? [] : this.#takeBefore(before + 1);
  }

  #takeBefore(before: number): readonly ListedCall[] {
    return this.#take([...this.calls()].filter(({ ended }) => ended < before));
  }

  /** Half of them, the first to come first. */
  #takeSome(): readonly ListedCall[] {
    return this.#take([...this.calls()].sort((one, other) => one.id - other.id).slice(0, maxOpen / 2));
  }

  #take(calls: readonly ListedCall[]): readonly ListedCall[] {
    for (const call of calls) this.#remove(call);
    this.#oldest = Number.POSITIVE_INFINITY;
    for (const { ended } of this.calls()) this.#oldest = Math.min(this.#oldest, ended);
    return calls;
  }
}

function nearest<Item>(items: readonly Item[], distanceOf: (item: Item) => number | null): Item | null {
  let best: Readonly<{ item: Item; apart: number }> | null = null;
  for (const item of items) {
    const apart = distanceOf(item);
    if (apart !== null && (best === null || apart < best.apart)) best = { item, apart };
  }
  return best?.item ?? null;
}

/**
 * The calls of the last day whose talk is not known yet, and the talks whose call is not. It brings the two together,
 * whichever comes first. Bounded: what is older than a day, or one too many, waits no longer. Pure, changed in place.
 */
import { distance, type OpenCall, openSpanMs, type Talk } from "./call.ts";

/** A talk without a call. `id` is that of its row. */
export type EarlyTalk = Readonly<{ id: number; talk: Talk }>;

/** Calls that wait for a talk, and talks that wait for a call. Far more than a site has at a time. */
const maxOpen = 20_000;
export const maxEarly = 1_000;

export class OpenCalls {
  /** By the Uniqueid of the caller's channel. */
  readonly #calls = new Map<string, OpenCall[]>();
  #size = 0;
  readonly #talks: EarlyTalk[];

  constructor(calls: Iterable<OpenCall>, talks: readonly EarlyTalk[]) {
    this.#talks = [...talks];
    for (const call of calls) this.add(call);
  }

  add(call: OpenCall): void {
    if (this.#size >= maxOpen) this.#dropOldest(call.ended);
    const others = this.#calls.get(call.uniqueId) ?? [];
    this.#calls.set(call.uniqueId, [...others, call]);
    this.#size += 1;
  }

  /** The call that the talk belongs to, which waits no longer; null if it has not come yet. */
  takeCall(talk: Talk): OpenCall | null {
    const alike = talk.uniqueId === "" ? [...this.#calls.values()].flat() : (this.#calls.get(talk.uniqueId) ?? []);
    const call = nearest(alike, (one) => distance(one, talk));
    if (call) this.#remove(call);
    return call;
  }

  addTalk(early: EarlyTalk): void {
    this.#talks.push(early);
  }

  /** The talk that came before its call, which waits no longer. */
  takeTalk(call: Omit<OpenCall, "id">): EarlyTalk | null {
    const early = nearest(this.#talks, ({ talk }) => distance(call, talk));
    if (early) this.#talks.splice(this.#talks.indexOf(early), 1);
    return early;
  }

  /** The talks that wait for a call no longer. */
  dropTalks(now: number): readonly EarlyTalk[] {
    const most = Math.max(0, this.#talks.length - maxEarly);
    const old = this.#talks.findIndex(({ talk }) => talk.endedAt > now - openSpanMs);
    return this.#talks.splice(0, Math.max(most, old < 0 ? this.#talks.length : old));
  }

  #remove(call: OpenCall): void {
    const others = (this.#calls.get(call.uniqueId) ?? []).filter((one) => one !== call);
    if (others.length > 0) this.#calls.set(call.uniqueId, others);
    else this.#calls.delete(call.uniqueId);
    this.#size -= 1;
  }

  /** Those that are too old; if that is not enough, half of them, the first to come first. */
  #dropOldest(now: number): void {
    const all = [...this.#calls.values()].flat();
    const late = all.filter(({ ended }) => ended <= now - openSpanMs);
    for (const call of late.length > 0 ? late : all.slice(0, maxOpen / 2)) this.#remove(call);
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

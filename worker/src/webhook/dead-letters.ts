/**
 * The messages that an endpoint's receiver did not take, oldest first: at most 1,000, for 30 days. Those that an admin
 * has sent again wait here until they are taken.
 */
import { type DeadLetter, maxDeadLetters } from "@pbxis/shared";
import * as z from "zod";
import type { CallerNumber } from "../site/erasure/number.ts";
import { logUnreadable, seal, unseal } from "../stored.ts";
import { Message } from "./message.ts";
import type { Answer } from "./progress.ts";

/** To be raised with each change of what is stored: an event's meaning, or the fields here. */
const version = 1;
const prefix = "dead:";

export const deadLettersKeptMs = 30 * 24 * 3_600_000;

const Letter = z
  .object({
    message: Message,
    at: z.number(),
    status: z.number().nullable(),
    problem: z.string().nullable(),
    /** It is to be sent again. */
    isReplayed: z.boolean(),
  })
  .readonly();
type Letter = z.infer<typeof Letter>;

export class DeadLetters {
  readonly #kv: SyncKvStorage;
  /** By key, in the order in which they were given up. Null until they are read. */
  #letters: Map<string, Letter> | null = null;
  readonly #object: string;

  /** `object` names the endpoint in the worker's log. */
  constructor(kv: SyncKvStorage, object: string) {
    this.#kv = kv;
    this.#object = object;
  }

  list(): readonly DeadLetter[] {
    return [...this.#all().values()].map(({ message, at, status, problem }) => ({
      ...{ id: message.id, type: message.content.type, at, status, problem },
    }));
  }

  /** A message that was given up; the oldest goes beyond the limit. One that was sent again stays in its place. */
  add(message: Message, { status, problem }: Pick<Answer, "status" | "problem">, now: number): void {
    const [known] = this.#find(message.id) ?? [];
    this.#put(known ?? this.#nextKey(), { message, at: now, status, problem, isReplayed: false });
    const letters = this.#all();
    for (const key of letters.keys()) {
      if (letters.size <= maxDeadLetters) break;
      this.#remove(key);
    }
  }

  /** It was taken after all, or needs no place here. */
  remove(id: string): void {
    const [key] = this.#find(id) ?? [];
    if (key !== undefined) this.#remove(key);
  }

  /** Returns the first of `ids` that is not here, and then does nothing; otherwise null. */
  replay(ids: readonly string[]): string | null {
    const found = ids.map((id) => ({ id, entry: this.#find(id) }));
    const missing = found.find(({ entry }) => !entry);
    if (missing) return missing.id;
    for (const { entry } of found) if (entry) this.#put(entry[0], { ...entry[1], isReplayed: true });
    return null;
  }

  /** The next to send again. */
  next(): Message | null {
    for (const { message, isReplayed } of this.#all().values()) if (isReplayed) return { ...message, cursor: null };
    return null;
  }

  /** When the oldest was given up (ms). */
  oldestAt(): number | null {
    const ages = [...this.#all().values()].map(({ at }) => at);
    return ages.length === 0 ? null : Math.min(...ages);
  }

  deleteBefore(before: number): void {
    for (const [key, { at }] of [...this.#all()]) if (at <= before) this.#remove(key);
  }

  /** Returns in how many the number was. */
  erase(number: CallerNumber): number {
    let count = 0;
    for (const [key, letter] of [...this.#all()]) {
      const { content } = letter.message;
      if (!("event" in content.data)) continue;
      const event = number.eraseFrom(content.data.event);
      if (event === content.data.event) continue;
      this.#put(key, {
        ...letter,
        message: { ...letter.message, content: { ...content, data: { ...content.data, event } } as typeof content },
      });
      count += 1;
    }
    return count;
  }

  #find(id: string): [string, Letter] | undefined {
    return [...this.#all()].find(([, { message }]) => message.id === id);
  }

  #nextKey(): string {
    const last = [...this.#all().keys()].at(-1);
    const number = last === undefined ? 0 : Number(last.slice(prefix.length)) + 1;
    return prefix + String(number).padStart(12, "0");
  }

  #put(key: string, letter: Letter): void {
    this.#kv.put(key, seal(version, letter));
    this.#all().set(key, letter);
  }

  #remove(key: string): void {
    this.#kv.delete(key);
    this.#all().delete(key);
  }

  #all(): Map<string, Letter> {
    if (this.#letters) return this.#letters;
    const letters = new Map<string, Letter>();
    for (const [key, stored] of this.#kv.list({ prefix })) {
      const letter = unseal(Letter, version, stored);
      if (letter.ok) letters.set(key, letter.value);
      else logUnreadable({ object: this.#object, store: "dead letters", item: key }, letter, "it is ignored");
    }
    this.#letters = letters;
    return letters;
  }
}

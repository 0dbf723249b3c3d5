import { env } from "cloudflare:workers";
import { applyEvent, filterKey, type ServerFrame, type SiteEvent, type StateMap, stateMapOf } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { get, openSse, openWebSocket, pollStream, type Stream } from "../testing/client.ts";
import { count, failed, member } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";
import { channelRef, subjectRef } from "./scope.ts";

/** A small repeatable generator (mulberry32): a failing seed stays a failing seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a client knows: the states, and every occurrence in order. It may be cut and resumes by its cursor. */
class Mirror {
  readonly occurrences: string[] = [];
  states: StateMap = new Map();
  cursor = "";
  #stream: Stream;
  readonly #reopen: (cursor: string) => Promise<Stream>;

  constructor(stream: Stream, reopen: (cursor: string) => Promise<Stream>) {
    this.#stream = stream;
    this.#reopen = reopen;
  }

  async begin(): Promise<this> {
    this.#take(await this.#stream.next());
    return this;
  }

  async readUntil(last: string): Promise<void> {
    while (this.occurrences.at(-1) !== last) this.#take(await this.#stream.next());
  }

  async resume(last: string): Promise<void> {
    await this.readUntil(last);
    await this.#stream.close();
    this.#stream = await this.#reopen(this.cursor);
  }

  #take(frame: ServerFrame): void {
    this.cursor = frame.cursor;
    if (frame.type === "link") return;
    if (frame.type === "snapshot") this.states = stateMapOf(frame.events);
    for (const event of frame.events) {
      if (event.type === "originateFailed") this.occurrences.push(event.actionId);
      applyEvent(this.states, event);
    }
  }
}

const plain = (events: Iterable<SiteEvent>) => [...events].map((event) => JSON.stringify(event)).sort();

async function mirrors(site: string): Promise<Mirror[]> {
  const claims = { site };
  const all = `/v1/sites/${site}/events?agents=*&queues=*`;
  const queue = `/v1/sites/${site}/queues/support/events?`;
  const opens: ((since: string) => Promise<Stream>)[] = [
    (since) => openWebSocket(`${all}${since}`, claims),
    (since) => openWebSocket(`${queue}${since}`, claims),
    (since) => openSse(`${all}${since}`, claims),
    async (since) => pollStream(`${all}${since}`, claims),
  ];
  return Promise.all(
    opens.map(async (open) => new Mirror(await open(""), (cursor) => open(`&since=${cursor}`)).begin()),
  );
}

async function objectsOf(site: string): Promise<DurableObjectStub[]> {
  const key = filterKey({ agents: "*", queues: "*", summary: false, about: null });
  return [
    env.SITE.getByName(site),
    env.CHANNEL.getByName((await channelRef(site, key)).name),
    env.QUEUE.getByName(subjectRef("queue", site, "support").name),
  ];
}

describe("ST1, EV11: objects that are evicted at any moment", () => {
  it.each([1, 2, 3, 4])("every client gets each occurrence once, and states converge (seed %i)", async (seed) => {
    const random = randomOf(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
    const site = `evict-${seed}`;
    const uplink = await TestUplink.start(site, [count("support", 0)]);
    const clients = await mirrors(site);
    const objects = await objectsOf(site);
    const expected: string[] = [];
    for (let round = 0; round < 40; round++) {
      const id = `o${round}`;
      // Not awaited on purpose: the eviction falls anywhere between the frame's arrival and its last delivery.
      const telling = uplink.events(
        count(pick(["support", "sales"]), Math.floor(random() * 9)),
        member(pick(["1001", "1002"]), "support", pick(["paused", "not_inuse", "loggedoff"]), round),
        failed(id),
      );
      expected.push(id);
      if (random() < 0.6) await evictObject(pick(objects)).catch(() => {});
      await telling;
      if (random() < 0.2) await pick(clients).resume(id);
    }
    const last = expected.at(-1) ?? "";
    await Promise.all(clients.map((client) => client.readUntil(last)));
    for (const client of clients) expect(client.occurrences).toEqual(expected);
    const truth = await stateEvents(site);
    for (const client of [clients[0], clients[2], clients[3]])
      expect(plain(client?.states.values() ?? [])).toEqual(truth);
    expect(plain(clients[1]?.states.values() ?? [])).toEqual(
      truth.filter((text) => text.includes('"queue":"support"')),
    );
  });
});

async function stateEvents(site: string): Promise<string[]> {
  const response = await get(`/v1/sites/${site}/state?agents=*&queues=*`, { claims: { site } });
  const { events } = await response.json<{ events: SiteEvent[] }>();
  return plain(events);
}

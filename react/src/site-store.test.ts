/** The store over the client's own mirror, with a client and frames by hand. */
import type { SiteEvent, SubscribedSite, SubscriptionHandlers } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { Mirror } from "../../shared/src/client/mirror.ts";
import { createSiteStore, type Read } from "./site-store.ts";

const count = (queue: string, value: number) =>
  ({ type: "queueCount", queue, count: value, longestWaitSince: null, at: 1 }) as SiteEvent;
const name = (agent: string, text: string) => ({ type: "agentName", agent, name: text, at: 1 }) as SiteEvent;
const countOf =
  (queue: string): Read<number | undefined> =>
  ({ state }) =>
    state.queue(queue)?.count;

function startStore() {
  const frames: (() => void)[] = [];
  const opened: { mirror: Mirror; handlers: SubscriptionHandlers; isClosed: boolean }[] = [];
  const subscribe = (_subscription: unknown, handlers: SubscriptionHandlers = {}): SubscribedSite => {
    const one = { mirror: new Mirror(), handlers, isClosed: false };
    opened.push(one);
    return {
      state: one.mirror,
      link: () => null,
      status: () => ({ kind: "live" }),
      cursor: () => null,
      close: () => {
        one.isClosed = true;
        handlers.onStatus?.({ kind: "stopped", reason: "closed" });
      },
    };
  };
  const refuse = () => Promise.reject(new Error("unused"));
  const client = { subscribe, command: refuse, status: refuse, snapshot: refuse, calls: refuse, statistics: refuse };
  const store = createSiteStore(client, {}, (run) => frames.push(run));
  return {
    store,
    opened,
    frames,
    send: (...events: SiteEvent[]) => {
      const { mirror, handlers } = opened.at(-1) ?? expect.fail("not open");
      handlers.onChange?.(mirror.apply(events));
    },
    nextFrame: () => {
      for (const run of frames.splice(0)) run();
    },
  };
}

describe("the store of the hooks", () => {
  it("notifies what has changed, once per frame, and nothing else", () => {
    const { store, send, nextFrame, frames } = startStore();
    store.open();
    const notified: string[] = [];
    for (const topic of ["queue:support", "queue:sales", "agent:1001"]) store.watch(topic, () => notified.push(topic));
    for (let value = 1; value <= 50; value++) send(count("support", value));
    expect([frames.length, notified]).toEqual([1, []]);
    nextFrame();
    expect(notified).toEqual(["queue:support"]);
    expect(store.value("queue:support", countOf("support"))).toBe(50);
    send(name("1001", "Ann"));
    nextFrame();
    expect(notified).toEqual(["queue:support", "agent:1001"]);
  });

  it("shows one moment: between frames values are those of the last one", () => {
    const { store, send, nextFrame } = startStore();
    store.open();
    store.watch("queue:support", () => {});
    send(count("support", 1));
    nextFrame();
    const shown = () => store.value("queue:support", ({ state }) => state.queue("support"));
    const first = shown();
    send(count("support", 2));
    expect(shown()).toBe(first);
    nextFrame();
    expect(shown()).toMatchObject({ count: 2 });
    expect(shown()).toBe(shown());
  });

  it("keeps the values when it is opened again, until the new subscription has its snapshot", () => {
    const { store, opened, send, nextFrame } = startStore();
    const statuses: string[] = [];
    store.watch("queue:support", () => {});
    store.watch("status", () => statuses.push("changed"));
    const close = store.open();
    send(count("support", 3));
    nextFrame();
    expect(store.value("queue:support", countOf("support"))).toBe(3);
    close();
    store.open();
    nextFrame();
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    expect(statuses).toEqual([]);
    expect(store.value("queue:support", countOf("support"))).toBe(3);
    // A snapshot without that queue.
    opened[1]?.handlers.onLink?.("up", 1);
    nextFrame();
    expect(store.value("queue:support", countOf("support"))).toBeUndefined();
  });

  it("passes on each occurrence at once, and none after its listener has gone", () => {
    const { store, opened } = startStore();
    store.open();
    const seen: string[] = [];
    const stop = store.onOccurrence(({ type }) => seen.push(type));
    const failed = { type: "originateFailed", actionId: "pbxis-1", reason: "busy", at: 1 } as SiteEvent;
    opened[0]?.handlers.onOccurrence?.(failed);
    stop();
    opened[0]?.handlers.onOccurrence?.(failed);
    expect(seen).toEqual(["originateFailed"]);
  });

  it("forgets what nobody watches any more", () => {
    const { store, send, nextFrame } = startStore();
    store.open();
    let reads = 0;
    const read: Read<number> = () => ++reads;
    store.value("agent:1001", read);
    store.value("agent:1001", read);
    send(name("1001", "Ann"));
    nextFrame();
    expect([reads, store.value("agent:1001", read)]).toEqual([1, 2]);
  });
});

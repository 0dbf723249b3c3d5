import type { Changes, QueueView, SiteEvent, SiteState } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import type { Freshness } from "../store/store.ts";
import { recordHistory } from "./recorder.ts";
import { stepMs } from "./track.ts";

/** A store and a clock that the test controls. */
function scriptedStore() {
  let now = 1_800_000_000_000;
  let freshness: Freshness = { kind: "connecting", reason: null };
  const counts = new Map<string, number>();
  const changeListeners: ((changes: Changes) => void)[] = [];
  const listeners: (() => void)[] = [];
  const queue = (name: string) =>
    counts.has(name)
      ? ({
          queue: name,
          count: counts.get(name),
          longestWaitSince: null,
          members: [],
          summary: null,
        } as unknown as QueueView)
      : undefined;
  const state = { queues: () => [...counts.keys()], queue } as unknown as SiteState;
  const history = recordHistory(
    {
      state,
      freshness: () => freshness,
      subscribe: (listener) => {
        listeners.push(listener);
        return () => {};
      },
      onChanges: (listener) => {
        changeListeners.push(listener);
        return () => {};
      },
    },
    () => now,
  );
  return {
    pass: (steps: number) => {
      now += steps * stepMs;
    },
    setFreshness: (next: Freshness) => {
      freshness = next;
      for (const listener of listeners) listener();
    },
    setCount: (name: string, count: number) => {
      counts.set(name, count);
      for (const listener of changeListeners)
        listener({ events: [{ type: "queueCount", queue: name } as SiteEvent], removed: [] });
    },
    last: (name: string, steps: number) => history.series(name)?.waiting.slice(-steps),
  };
}

it("records a snapshot once the page is live, and leaves a gap while it is stale", () => {
  const site = scriptedStore();
  site.setCount("support", 3);
  expect(site.last("support", 1)).toBeUndefined();
  site.setFreshness({ kind: "live" });
  expect(site.last("support", 2)).toEqual([null, 3]);
  site.pass(1);
  site.setFreshness({ kind: "stale", cause: "connection", asOf: 1 });
  site.pass(2);
  site.setCount("support", 0);
  site.pass(1);
  site.setFreshness({ kind: "live" });
  site.pass(1);
  expect(site.last("support", 6)).toEqual([3, 3, null, null, 0, 0]);
});

it("records each queue separately", () => {
  const site = scriptedStore();
  site.setFreshness({ kind: "live" });
  site.setCount("a", 1);
  site.setCount("b", 2);
  expect([site.last("a", 1), site.last("b", 1), site.last("c", 1)]).toEqual([[1], [2], undefined]);
});

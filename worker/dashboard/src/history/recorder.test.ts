import type { Changes, QueueView, SiteEvent, SiteState } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import type { Freshness } from "../store.ts";
import { recordHistory } from "./recorder.ts";
import { stepMs } from "./track.ts";

/** A store in the test's hands. */
function scripted() {
  let now = 1_800_000_000_000;
  let freshness: Freshness = { kind: "connecting", because: null };
  const counts = new Map<string, number>();
  const changed: ((changes: Changes) => void)[] = [];
  const told: (() => void)[] = [];
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
        told.push(listener);
        return () => {};
      },
      onChanges: (listener) => {
        changed.push(listener);
        return () => {};
      },
    },
    () => now,
  );
  return {
    pass: (steps: number) => {
      now += steps * stepMs;
    },
    become: (next: Freshness) => {
      freshness = next;
      for (const listener of told) listener();
    },
    count: (name: string, count: number) => {
      counts.set(name, count);
      for (const listener of changed)
        listener({ events: [{ type: "queueCount", queue: name } as SiteEvent], removed: [] });
    },
    last: (name: string, steps: number) => history.series(name)?.waiting.slice(-steps),
  };
}

it("a snapshot before the page is live is seen once it is; nothing flashes after a resume", () => {
  const site = scripted();
  site.count("support", 3);
  expect(site.last("support", 1)).toBeUndefined();
  site.become({ kind: "live" });
  expect(site.last("support", 2)).toEqual([null, 3]);
  site.pass(1);
  site.become({ kind: "stale", cause: "connection", asOf: 1 });
  site.pass(2);
  site.count("support", 0);
  site.pass(1);
  site.become({ kind: "live" });
  site.pass(1);
  expect(site.last("support", 6)).toEqual([3, 3, null, null, 0, 0]);
});

it("each queue has its own", () => {
  const site = scripted();
  site.become({ kind: "live" });
  site.count("a", 1);
  site.count("b", 2);
  expect([site.last("a", 1), site.last("b", 1), site.last("c", 1)]).toEqual([[1], [2], undefined]);
});

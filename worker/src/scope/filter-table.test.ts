import { filterKey } from "@pbxis/shared";
import { expect, it } from "vitest";
import { count } from "../testing/events.ts";
import { FilterTable } from "./filter-table.ts";

const textOf = (queue: string) => filterKey({ agents: [], queues: [queue], summary: false, about: null });

it("a filter is kept once for all clients that have it, and until the last of them is gone", () => {
  const filters = new FilterTable();
  const [first, second, other] = [filters.share(textOf("a")), filters.share(textOf("a")), filters.share(textOf("b"))];
  expect(second).toBe(first);
  expect(other.serial).not.toBe(first.serial);
  expect(filters.size).toBe(2);
  filters.release(first);
  expect(filters.share(textOf("a"))).toBe(first);
  filters.release(first);
  filters.release(first);
  expect(filters.size).toBe(1);
  const again = filters.share(textOf("a"));
  expect(again).not.toBe(first);
  expect(again.serial).not.toBe(first.serial);
});

it("EV10 it decides what its clients receive", () => {
  const { matches, bytes, text } = new FilterTable().share(textOf("a"));
  expect([count("a", 1), count("b", 1)].map(matches)).toEqual([true, false]);
  expect(new TextDecoder().decode(bytes)).toBe(text);
});

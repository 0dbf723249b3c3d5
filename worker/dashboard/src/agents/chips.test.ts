import { describe, expect, it } from "vitest";
import { member } from "../testing/agents.ts";
import { chipsIn } from "./chips.ts";

const shownOf = (names: readonly string[], rows: number, more = {}) => {
  const { shown, rest } = chipsIn(
    names.map((name) => member(name, more)),
    rows,
  );
  return [shown.map(({ queue }) => queue), rest.length];
};

describe("the queues on a card", () => {
  it.each<[string[], number, string[], number]>([
    [[], 1, [], 0],
    [["sales", "support"], 1, ["sales", "support"], 0],
    [["billing-and-invoices", "sales", "support"], 1, ["billing-and-invoices"], 2],
    [["billing-and-invoices", "sales", "support"], 2, ["billing-and-invoices", "sales", "support"], 0],
    [["kb", "night", "sales", "support", "vip"], 1, ["kb", "night"], 3],
    [["kb", "night", "sales", "support", "vip"], 2, ["kb", "night", "sales", "support", "vip"], 0],
    [["a queue with a very long name indeed", "b"], 1, ["a queue with a very long name indeed"], 1],
  ])("%j in %i rows: %j and %i more", (names, rows, shown, rest) => {
    expect(shownOf(names, rows)).toEqual([shown, rest]);
  });

  it("take more room with a penalty and a pause", () => {
    const names = ["night", "sales", "vip"];
    expect(shownOf(names, 1)).toEqual([names, 0]);
    expect(shownOf(names, 1, { penalty: 2, status: "paused" })).toEqual([["night"], 2]);
  });
});

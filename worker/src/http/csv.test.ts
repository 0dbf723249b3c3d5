import { expect, it } from "vitest";
import { type Cell, csvAnswer, csvText, timeCell, wantsCsv } from "./csv.ts";

it.each<[string, Cell, string]>([
  ["plain text", "support", "support"],
  ["a comma", "Alice, Caller", '"Alice, Caller"'],
  ["quotes", 'Al "Ace" Caller', '"Al ""Ace"" Caller"'],
  ["a line break", "Alice\r\nCaller", '"Alice\r\nCaller"'],
  ["blanks, which belong to the cell", " Alice ", " Alice "],
  ["null", null, ""],
  ["a number", 31250, "31250"],
  ["a negative number, which is no formula", -1, "-1"],
  ["a boolean", false, "false"],
  ["a formula", "=HYPERLINK(1)", `"'=HYPERLINK(1)"`],
  ["a number in its international form", "+14155550100", `"'+14155550100"`],
  ["a minus", "-1+1", `"'-1+1"`],
  ["an at sign", "@SUM(A1)", `"'@SUM(A1)"`],
  ["a tab", "\t=1", `"'\t=1"`],
  ["a line break at the beginning", "\r=1", `"'\r=1"`],
  ["a formula with quotes", '="x"', `"'=""x"""`],
  ["a sign within the text", "a=b", "a=b"],
  ["a time", timeCell(1_763_889_990_000), "2025-11-23T09:26:30.000Z"],
  ["no time", timeCell(null), ""],
])("AP13 %s", (_title, cell, text) => {
  expect(csvText(["a", "b"], [[cell, "end"]])).toBe(`a,b\r\n${text},end\r\n`);
});

it("AP13 the answer says what it is, and is not cached", async () => {
  const answer = csvAnswer(csvText(["queue"], []), { link: "<x>" });
  expect([...answer.headers]).toEqual([
    ["cache-control", "no-store"],
    ["content-type", "text/csv; charset=utf-8; header=present"],
    ["link", "<x>"],
  ]);
  expect(await answer.text()).toBe("queue\r\n");
});

it.each([
  ["text/csv", null, true],
  ["text/html, text/csv;q=0.9", null, true],
  ["text/csv", "json", false],
  ["*/*", null, false],
  ["application/json", "csv", true],
] as const)("AP13 Accept %s and format %s", (accept, format, isWanted) => {
  expect(wantsCsv(new Request("https://edge.test", { headers: { accept } }), format)).toBe(isWanted);
});

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { benchNames } from "../bench/names.ts";
import { pageOf, type Result } from "../bench/page.ts";

const read = (path: string) => readFileSync(new URL(`../docs/${path}`, import.meta.url), "utf8");

it("docs/BENCHMARKS.md is the page of the results in docs/benchmarks", () => {
  const results = benchNames.map((name): Result => JSON.parse(read(`benchmarks/${name}.json`)));
  expect(read("BENCHMARKS.md")).toBe(pageOf(results));
});

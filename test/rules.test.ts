/** Every rule that code, tests or documents cite is defined in PROTOCOL.md, once. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { citationsIn, danglingCitations, definitionsIn, type TextFile } from "./rules.ts";

const root = join(import.meta.dirname, "..");
const protocol = readFileSync(join(root, "PROTOCOL.md"), "utf8");
const isIgnored = (name: string) => name.startsWith(".") || ["node_modules", "dist", "coverage"].includes(name);

/** All `.ts`, `.tsx` and `.md` files below a folder, except this one, which contains ids that do not exist. */
function filesBelow(folder: string): TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (isIgnored(entry.name) || path === "test/rules.test.ts") return [];
    if (entry.isDirectory()) return filesBelow(path);
    return /\.(?:tsx?|md)$/.test(entry.name) ? [{ path, text: readFileSync(join(root, path), "utf8") }] : [];
  });
}

describe("the rules of PROTOCOL.md", () => {
  const files = filesBelow("");

  it("are defined wherever they are cited", () => {
    expect(files.length).toBeGreaterThan(300);
    expect(danglingCitations(protocol, files)).toEqual([]);
  });

  it("are defined once", () => {
    expect(definitionsIn(protocol).repeated).toEqual([]);
    expect(definitionsIn(protocol).ids.size).toBeGreaterThan(50);
  });
});

describe("citations", () => {
  it.each([
    ["a defined rule", "// EV13 and EV14", []],
    ["a number that is not defined", "// see EV99", ["a.ts:1 EV99"]],
    ["an unknown prefix", "ok\n/** settings (RUN3) */", ["a.ts:2 RUN3"]],
    ["a range of which one end is not defined", "EV13–EV15", ["a.ts:1 EV15"]],
    ["a test title", 'it("PX7 answers", () => {})', ["a.ts:1 PX7"]],
    ["acronyms", "MD5, SHA256, HS256, RS512, UTF8, IAX2/1001", []],
    ["names that contain capitals and digits", "ABCD12 EV1x CM1234 MARKOFRED7d1f E2E", []],
  ])("%s", (_name, text, dangling) => {
    const definitions = "### EV13 calls\n\n- **EV14 per queue.** Text.\n";
    expect(danglingCitations(definitions, [{ path: "a.ts", text }])).toEqual(dangling);
  });

  it("have the line on which they are", () => {
    expect(citationsIn({ path: "b.md", text: "EV1\n\nUP2, UP2" })).toEqual([
      { file: "b.md", line: 1, id: "EV1" },
      { file: "b.md", line: 3, id: "UP2" },
      { file: "b.md", line: 3, id: "UP2" },
    ]);
  });
});

describe("definitions", () => {
  it.each([
    ["a heading", "### EV1 `agentName`", ["EV1"], []],
    ["a paragraph and list items", "**AP1** `GET`\n- **AP7** `GET`\n- **ST1 resume.** Text", ["AP1", "AP7", "ST1"], []],
    ["rows of one table", "| CM4 | a |\n| CM4 | b |", ["CM4"], []],
    [
      "a heading, a paragraph and a row of the same rule",
      "| EV2 | a |\n\n### EV2 a\n\n**EV2 on hold.** b",
      ["EV2"],
      [],
    ],
    ["a mention", "See EV1 and **bold** (EV2).", [], []],
    ["two paragraphs of the same id", "**UP1** a\n\n**UP1** b", ["UP1"], ["UP1"]],
    ["two headings of the same id", "## EV1 a\n## EV1 b", ["EV1"], ["EV1"]],
    ["rows of two tables", "| CM4 | a |\n\n| CM4 | b |", ["CM4"], ["CM4"]],
  ])("%s", (_name, text, ids, repeated) => {
    const found = definitionsIn(text);
    expect([[...found.ids], found.repeated]).toEqual([ids, repeated]);
  });
});

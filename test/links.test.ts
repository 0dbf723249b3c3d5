/**
 * The documents name files and folders that exist: every relative link, and every path of this repository in backticks.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
// What Git ignores (`.cache`, `dist`) comes and goes.
const ignored = new Set(readFileSync(join(root, ".gitignore"), "utf8").split("\n"));
const folders = new Set(readdirSync(root).filter((name) => !ignored.has(name)));
const pages = [
  ...folders,
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`),
].filter((path) => path.endsWith(".md"));

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** `a/{b,c}/d` names `a/b/d` and `a/c/d`. */
function expand(path: string): string[] {
  const [, before = "", list, after = ""] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return list === undefined ? [path] : list.split(",").flatMap((name) => expand(`${before}${name}${after}`));
}

it.each(pages)("every link of %s leads somewhere", (path) => {
  const text = readFileSync(join(root, path), "utf8");
  const dead = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].filter(
    ([, target = "", anchor]) => {
      const file = target === "" ? path : join(dirname(path), target);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(join(root, file), "utf8")).includes(anchor);
    },
  );
  expect(dead.map(([link]) => link)).toEqual([]);
});

// The log of changes may name what is gone, and so may a decision.
it.each(pages.filter((path) => path !== "CHANGELOG.md" && !path.startsWith("docs/adr/")))(
  "every path that %s names exists",
  (path) => {
    const text = readFileSync(join(root, path), "utf8");
    const named = [...text.matchAll(/`([\w.@-]+(?:\/[\w.@{},*-]+)+)\/?`/g)].flatMap(([, name = ""]) => expand(name));
    const missing = named.filter(
      (name) => folders.has(name.split("/")[0] ?? "") && !name.includes("*") && !existsSync(join(root, name)),
    );
    expect(missing).toEqual([]);
  },
);

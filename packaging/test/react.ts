/** `@pbxis/react`, installed beside `@pbxis/client` and each React that it is for: it compiles, and a server renders it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Check } from "./check.ts";
import { compile, compilers, examplesOf, installInto } from "./compile.ts";

const run = promisify(execFile);
const versions = ["18", "19"] as const;

export async function reactChecks(folder: string, tarballs: readonly string[]): Promise<readonly Check[]> {
  const [example = ""] = await examplesOf("packaging/react/README.md", "tsx");
  const text = `declare const token: string;\n${example}`;
  return versions.flatMap((version): Check[] => {
    const project = join(folder, version);
    return [
      [
        `the hooks install beside React ${version}, and a server renders them`,
        async () => {
          const react = [`react@${version}`, `react-dom@${version}`, `@types/react@${version}`];
          await installInto(project, ...tarballs, ...react);
          await renderOnServer(project);
        },
      ],
      ...Object.entries(compilers).map(
        ([name, options]): Check => [
          `their README's lines compile with React ${version} under strict ${name}`,
          () =>
            compile(join(project, name), { ...options, jsx: "react-jsx", lib: ["es2022", "dom"] }, { "app.tsx": text }),
        ],
      ),
    ];
  });
}

async function renderOnServer(project: string): Promise<void> {
  const program = `import { connectSite } from "@pbxis/client";
import { SiteProvider, useLink, useQueue } from "@pbxis/react";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
const client = connectSite({ url: "http://127.0.0.1:9", site: "hq", token: "" });
const Board = () => h("p", null, String(useQueue("support")?.count), String(useLink()));
console.log(renderToString(h(SiteProvider, { client }, h(Board))));
`;
  await writeFile(join(project, "render.mjs"), program);
  const { stdout } = await run(process.execPath, [join(project, "render.mjs")]);
  assert.equal(stdout.replaceAll("<!-- -->", ""), "<p>undefinednull</p>\n");
}

/**
 * Carries out the steps of the Dockerfile in a bare Debian with Node, for machines without an engine. It knows only the
 * instructions that this Dockerfile needs and refuses others, and runs the entry point as the image's user.
 */
import { execFile } from "node:child_process";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../repository.ts";
import { type BareTree, putFile } from "./bare-tree.ts";
import type { Check } from "./check.ts";
import type { Place } from "./site.ts";

type ImageConfig = { user: string; env: Record<string, string>; entrypoint: readonly string[] };

/** `context`: the folder that COPY takes files from. */
export function dockerChecks(tree: BareTree, context: string, place: Place): readonly Check[] {
  return [
    [
      "the steps of the Dockerfile make an image whose entry point serves a site",
      async () => {
        // What the base image has.
        await putFile(tree, process.execPath, "/usr/local/bin/node");
        await tree.run(["useradd", "--create-home", "node"]);
        const image = await carryOut(tree, context);
        const settings = await place.settingsOf("docker");
        await place.expectToServe("docker", tree.start(image.entrypoint, image.user, { ...image.env, ...settings }));
        await tree.run(["test", "-f", "/var/lib/pbxis/spool"]);
      },
    ],
  ];
}

async function carryOut(tree: BareTree, context: string): Promise<ImageConfig> {
  const text = await readFile(join(root, "packaging/connector/Dockerfile"), "utf8");
  const image: ImageConfig = { user: "root", env: {}, entrypoint: [] };
  for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) {
    const [, instruction = "", rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    await step(tree, context, image, instruction, rest);
  }
  return image;
}

async function step(tree: BareTree, context: string, image: ImageConfig, instruction: string, rest: string) {
  switch (instruction) {
    case "FROM":
    case "VOLUME":
      return;
    case "RUN":
      await tree.run(["sh", "-c", rest], image.user);
      return;
    case "COPY": {
      const [from = "", to = ""] = rest.split(" ");
      await copyFile(join(context, from), join(tree.path, to));
      await promisify(execFile)("chown", ["0:0", join(tree.path, to)]);
      return;
    }
    case "USER":
      image.user = rest;
      return;
    case "ENV": {
      const [name = "", value = ""] = rest.split("=");
      image.env[name] = value;
      return;
    }
    case "ENTRYPOINT":
      image.entrypoint = JSON.parse(rest);
      return;
    default:
      throw new Error(`this test does not know the instruction ${instruction}`);
  }
}

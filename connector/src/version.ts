/** The connector's version: part of the bundled file (connector/bin/build.ts), otherwise read from package.json. */
import { readFileSync } from "node:fs";

declare const pbxisBundledVersion: string | undefined;

export function readVersion(): string {
  if (typeof pbxisBundledVersion === "string") return pbxisBundledVersion;
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return manifest.version;
}

/** What a user types to run it. */
export const programName = typeof pbxisBundledVersion === "string" ? "pbxis-connector" : "pnpm connector";

/** The first version with `util.parseEnv`. */
const minimumNode = { major: 20, minor: 12 };

/** The problem with a version of Node, such as `20.11.1`; null if it is recent enough. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > minimumNode.major || (major === minimumNode.major && minor >= minimumNode.minor);
  return isEnough ? null : `needs Node ${minimumNode.major}.${minimumNode.minor} or later; this is ${version}`;
}

/** The connector's version: `connector/bin/build.ts` puts it into the bundled file; from the sources it is read from the manifest. */
import { readFileSync } from "node:fs";

declare const pbxisBundledVersion: string | undefined;

export function readVersion(): string {
  if (typeof pbxisBundledVersion === "string") return pbxisBundledVersion;
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return manifest.version;
}

/** The first with `util.parseEnv`. */
const leastNode = { major: 20, minor: 12 };

/** What is wrong with a version of Node like `20.11.1`; null if nothing is. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > leastNode.major || (major === leastNode.major && minor >= leastNode.minor);
  return isEnough ? null : `needs Node ${leastNode.major}.${leastNode.minor} or later, and this is ${version}`;
}

/** The connector's version: `connector/bin/build.ts` puts it into the bundled file; from the sources it is read from the manifest. */
import { readFileSync } from "node:fs";

declare const pbxisBundledVersion: string | undefined;

export function readVersion(): string {
  if (typeof pbxisBundledVersion === "string") return pbxisBundledVersion;
  const manifest: { version: string } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return manifest.version;
}

/** `node test/upgrade/keep.ts VERSION`: makes this build that of the last release, for the test of upgrades. */
import { keepRelease } from "./builds.ts";

const [version] = process.argv.slice(2);
if (!version) throw new Error("which version is it?");
await keepRelease(version);

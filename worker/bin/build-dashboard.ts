/**
 * `pnpm build:dashboard`: builds the dashboard and prints the size of each file. The exit code is 1 if it fails or the
 * scripts are too large.
 */
import { buildDashboard } from "./dashboard-build.ts";
import { inKilobytes, scriptSizes, sizeProblem } from "./dashboard-size.ts";

const print = (text: string) => process.stdout.write(`dashboard: ${text}\n`);

try {
  const files = await buildDashboard();
  for (const { path, gzipBytes } of files) print(`${path.padEnd(36)} ${inKilobytes(gzipBytes).padStart(9)} gzipped`);
  const sizes = scriptSizes(files);
  print(`scripts of the first view ${inKilobytes(sizes.firstView)} at most, all scripts ${inKilobytes(sizes.all)}`);
  const problem = sizeProblem(sizes);
  if (problem !== null) throw new Error(problem);
} catch (error) {
  process.stderr.write(`dashboard: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/**
 * `pnpm build:dashboard`: builds the dashboard and prints the size of each file. The exit code is 1 if it fails or the
 * scripts are too large.
 */
import { buildDashboard, maxScriptBytes, scriptBytes } from "./dashboard-build.ts";

const inKilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

try {
  const files = await buildDashboard();
  for (const { path, gzipBytes } of files)
    process.stdout.write(`dashboard: ${path.padEnd(36)} ${inKilobytes(gzipBytes).padStart(9)} gzipped\n`);
  const sum = scriptBytes(files);
  process.stdout.write(`dashboard: all scripts ${inKilobytes(sum)}, limit ${inKilobytes(maxScriptBytes)}\n`);
  if (sum > maxScriptBytes) {
    process.stderr.write("dashboard: the scripts are too large\n");
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`dashboard: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

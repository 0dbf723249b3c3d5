/** `pnpm build:dashboard`: builds the page that the worker serves, and tells what a browser is sent. Exit code 1 if that is too much. */
import { buildDashboard, maxScriptBytes, scriptBytes } from "./dashboard-build.ts";

const inKilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;

try {
  const files = await buildDashboard();
  for (const { path, gzipBytes } of files)
    process.stdout.write(`dashboard: ${path.padEnd(36)} ${inKilobytes(gzipBytes).padStart(9)} gzipped\n`);
  const sum = scriptBytes(files);
  process.stdout.write(`dashboard: scripts in all ${inKilobytes(sum)}, at most ${inKilobytes(maxScriptBytes)}\n`);
  if (sum > maxScriptBytes) {
    process.stderr.write("dashboard: that is too much\n");
    process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`dashboard: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

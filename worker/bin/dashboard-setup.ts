/** The test runner's global setup: builds the dashboard, so that the worker under test serves the current one, and
 * no worker that a test starts builds it again. */
import { buildDashboard } from "./dashboard-build.ts";

export async function setup(): Promise<void> {
  await buildDashboard();
  process.env.PBXIS_TEST_DASHBOARD = "built";
}

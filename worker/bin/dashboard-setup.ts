/** The test runner's global setup: builds the dashboard, so that the worker under test serves the current one. */
import { buildDashboard } from "./dashboard-build.ts";

export async function setup(): Promise<void> {
  await buildDashboard();
}

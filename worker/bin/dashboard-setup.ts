/** For the test runner: the worker under test serves the dashboard as it is now. */
import { buildDashboard } from "./dashboard-build.ts";

export async function setup(): Promise<void> {
  await buildDashboard();
}

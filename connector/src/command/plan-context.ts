/** Everything that a plan depends on, besides the command and the authorised scope. */
import type { Lookup } from "../model/lookup.ts";
import type { CommandSettings } from "./settings.ts";

export type PlanContext = Readonly<{
  lookup: Lookup;
  settings: CommandSettings;
  /** Whether AMI is up, and the model therefore current. */
  isUp: boolean;
  /** The actions that the AMI account may use; null if that is not known. */
  rights: ReadonlySet<string> | null;
  /** A new ActionID. */
  actionId: string;
  /** The ActionID of the newest call that was originated for the agent and may still ring; null if there is none. */
  ringing: (agent: string) => string | null;
}>;

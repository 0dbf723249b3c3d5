/** What the command room reports to the rest of the connector. */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";

export type CommandOutput =
  /** The outcome for the site, again for each repetition of the command's id. */
  | Readonly<{ kind: "reply"; id: string; outcome: Outcome }>
  /** Once for each command, `ms` after it arrived. */
  | Readonly<{ kind: "finished"; command: UplinkCommand; outcome: Outcome; ms: number }>
  /** A change at Asterisk of which AMI sends no event, as the event that it would be. `now` is on the steady clock. */
  | Readonly<{ kind: "unannounced"; event: AmiEvent; now: number }>;

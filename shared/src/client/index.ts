/**
 * `@pbxis/shared/client`: everything that a dashboard, a CRM or a script needs of a site. For browsers and Node ≥ 20; brings no
 * other package along.
 */
export type { SiteStatus, StateAnswer } from "../protocol/answer.ts";
export type { Candidate, CommandInput, CommandResult } from "../protocol/command.ts";
export type { EventOf, EventType, SiteEvent } from "../protocol/event.ts";
export type { LinkState } from "../protocol/link.ts";
export type { CommandFailure, CommandOptions, CommandOutcome } from "./command.ts";
export { SiteError } from "./http.ts";
export type { AgentView, Changes, Membership, QueueView, SiteState } from "./mirror.ts";
export type { Platform } from "./platform.ts";
export type { Status } from "./session.ts";
export {
  connectSite,
  type SiteClient,
  type SiteOptions,
  type SubscribedSite,
  type Subscription,
  type SubscriptionHandlers,
} from "./site.ts";

/**
 * `@pbxis/client`, in this workspace `@pbxis/shared/client`: the typed client for dashboards, CRMs and scripts. Runs in
 * browsers and Node ≥ 20 and has no dependencies.
 *
 * ```ts
 * const site = connectSite({ url: "https://pbxis-edge.example.workers.dev", site: "hq", token });
 * const support = site.subscribe({ agents: "*", queues: ["support"] }, {
 *   onChange: () => console.log(support.state.queue("support")?.count),
 *   onOccurrence: (event) => console.log(event.type, event.at),
 * });
 * const outcome = await site.command({ type: "originate", agent: "1001", to: "5551234" });
 * ```
 */
export type { SiteStatus, StateAnswer } from "../protocol/answer.ts";
export type { CallsAnswer, QueueCall } from "../protocol/calls.ts";
export type { Candidate, CommandInput, CommandResult } from "../protocol/command.ts";
export type { EventOf, EventType, SiteEvent } from "../protocol/event.ts";
export type { LinkState } from "../protocol/link.ts";
export type { StatisticsAnswer, StatisticsRow } from "../protocol/statistics.ts";
export type { CommandFailure, CommandOptions, CommandOutcome } from "./command.ts";
export type { Link } from "./feed.ts";
export { errorOf, SiteError } from "./http.ts";
export type { SubscriptionStatus } from "./machine-io.ts";
export type { AgentView, CallerView, Changes, Membership, ParkedCall, QueueView, SiteState } from "./mirror.ts";
export type { Platform } from "./platform.ts";
export type { CallsQuery, StatisticsQuery } from "./query.ts";
export {
  type ConnectOptions,
  connectSite,
  type SiteClient,
  type SiteOptions,
  type SubscribedSite,
  type Subscription,
  type SubscriptionHandlers,
} from "./site.ts";
export {
  connectSites,
  type OfSite,
  type SitesClient,
  type SitesHandlers,
  type SitesOptions,
  type SitesState,
  type SubscribedSites,
} from "./sites.ts";

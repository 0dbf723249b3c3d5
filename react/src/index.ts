/**
 * `@pbxis/react`: hooks over the typed client. A component shows the values of one agent, queue or membership, and is
 * rendered again only when these change, at most once per animation frame.
 *
 * ```tsx
 * const hq = connectSite({ url: "https://pbxis-edge.example.workers.dev", site: "hq", token });
 *
 * <SiteProvider client={hq} subscription={{ agents: "*", queues: ["support"] }}>
 *   <Waiting />
 * </SiteProvider>;
 *
 * function Waiting() {
 *   return <b>{useQueue("support")?.count ?? "–"}</b>;
 * }
 * ```
 */
export {
  useAgent,
  useAgents,
  useCallers,
  useCommand,
  useLink,
  useMember,
  useOccurrence,
  useQueue,
  useQueues,
  useStatus,
} from "./hooks.ts";
export { SiteProvider, type SiteProviderProps } from "./site-provider.ts";

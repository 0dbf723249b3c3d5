/** How much the table of routes holds, and how many deliveries are under way at a time (section 9). */

/**
 * `routes`: beyond it a join is refused, and beyond `holderRoutes` for one holder. A route takes about 1.4 KB of the
 * heap. Beyond `routeItems` for one route or `totalItems` for all together, gathered items are dropped for a gap.
 * `inFlight` calls at a time: a link change concerns all routes, and the platform bounds one event's calls.
 */
export const routingLimits = {
  routes: 20_000,
  holderRoutes: 2_000,
  routeItems: 2_000,
  totalItems: 100_000,
  inFlight: 256,
} as const;
export type RoutingLimits = Readonly<Record<keyof typeof routingLimits, number>>;

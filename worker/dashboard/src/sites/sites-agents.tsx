/** The agents of several sites: one search and one set of filters for all, and each site's cards with its commands. */
import { AgentCards, displaysOf } from "../agents/agents-view.tsx";
import { filterOf, hashOf, queuesOf, roster } from "../agents/roster.ts";
import { Toolbar } from "../agents/toolbar.tsx";
import { useAddress } from "../shell/use-address.ts";
import { SitePart, type SitesProps } from "./site-part.tsx";
import { rosterTotals } from "./totals.ts";

export function SitesAgents({ sites, onSite }: SitesProps) {
  const [filter, setFilter] = useAddress(filterOf, hashOf);
  const parts = sites.map((site) => {
    const displays = displaysOf(site.store);
    return {
      site,
      hasAgents: displays.length > 0,
      found: roster(displays, filter),
      queues: queuesOf(displays, site.store.state.queues()),
    };
  });
  const found = rosterTotals(parts.map((part) => part.found));
  const queues = [...new Set(parts.flatMap((part) => part.queues))].sort();
  return (
    <div class="ag-view">
      <h1 class="ui-hidden">Agents</h1>
      <Toolbar filter={filter} onFilter={setFilter} queues={queues} roster={found} />
      <p class="ui-hidden" role="status">
        {found.shown.length === 1 ? "1 agent" : `${found.shown.length} agents`} shown
      </p>
      {parts.map((part) => (
        <SitePart key={part.site.store.signedIn.site} site={part.site} onSite={onSite}>
          {part.found.shown.length > 0 ? (
            <AgentCards displays={part.found.shown} />
          ) : (
            <p class="st-none">{part.hasAgents ? "No agents match." : "No agents."}</p>
          )}
        </SitePart>
      ))}
    </div>
  );
}

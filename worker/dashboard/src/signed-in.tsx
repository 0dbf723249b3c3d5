/** The signed-in page: header, warnings and the view that the address names. */
import { useEffect, useRef } from "preact/hooks";
import { CommandStatus } from "./command/command-status.tsx";
import { useTracker } from "./command/use-command.ts";
import { Header } from "./shell/header.tsx";
import { lazyView } from "./shell/lazy-view.tsx";
import { hasData, NoData } from "./shell/no-data.tsx";
import type { Route } from "./shell/route.ts";
import { useRoute } from "./shell/use-route.ts";
import { Warnings } from "./shell/warnings.tsx";
import type { Store } from "./store/store.ts";
import { useStore } from "./ui/hooks.ts";
import { Wallboard } from "./wallboard/wallboard.tsx";

// Each view but the first has a script of its own.
const AgentPage = lazyView(async () => (await import("./agent-page/agent-page.tsx")).AgentPage);
const AgentsView = lazyView(async () => (await import("./agents/agents-view.tsx")).AgentsView);
const CallsView = lazyView(async () => (await import("./calls/calls-view.tsx")).CallsView);
const Kiosk = lazyView(async () => (await import("./wallboard/kiosk.tsx")).Kiosk);
const QueuePage = lazyView(async () => (await import("./queue-page/queue-page.tsx")).QueuePage);
const ReportsView = lazyView(async () => (await import("./reports/reports-view.tsx")).ReportsView);

type Props = Readonly<{ onSite: (site: string) => void; onSignOut: () => void }>;

const titles: Readonly<Record<Route["view"], string>> = {
  wallboard: "Wallboard",
  kiosk: "Wallboard",
  agents: "Agents",
  agent: "Agent",
  queue: "Queue",
  calls: "Calls",
  reports: "Reports",
};

export function SignedInPage({ onSite, onSignOut }: Props) {
  const store = useStore();
  const route = useRoute();
  const { site, claims } = store.signedIn;
  const freshness = store.freshness();
  useTitle(route, store);
  if (route.view === "kiosk") return <Kiosk onSignOut={onSignOut} />;
  return (
    <>
      <button class="sh-skip ui-button" type="button" onClick={focusMain}>
        Skip to content
      </button>
      <Header site={site} sites={claims.sites} route={route} onSite={onSite} onSignOut={onSignOut} />
      <Warnings onSignOut={onSignOut} />
      <main
        class="sh-main"
        id="main"
        tabIndex={-1}
        data-freshness={freshness.kind}
        aria-busy={freshness.kind === "connecting"}
      >
        {hasData(store) ? <View route={route} /> : <NoData onSignOut={onSignOut} />}
      </main>
      <CommandStatus />
    </>
  );
}

/** Not a link to `#main`: the address's hash is the route. */
function focusMain(): void {
  document.getElementById("main")?.focus();
}

function View({ route }: Readonly<{ route: Route }>) {
  switch (route.view) {
    case "agents":
      return <AgentsView />;
    case "agent":
      return <AgentPage key={route.agent} agent={route.agent} />;
    case "queue":
      return <QueuePage key={route.queue} queue={route.queue} />;
    case "calls":
      return <CallsView />;
    case "reports":
      return <ReportsView />;
    default:
      return <Wallboard />;
  }
}

/**
 * Shows the number of waiting callers in the tab's title. A new view starts at its top, with the keyboard focus
 * there and without the messages of the last one.
 */
function useTitle(route: Route, store: Store): void {
  const counts = store.state.events().map((event) => (event.type === "queueCount" ? event.count : 0));
  const waiting = counts.reduce((sum, count) => sum + count, 0);
  const what = [titles[route.view], nameIn(route)].filter(Boolean).join(" ");
  const title = `${waiting > 0 ? `(${waiting}) ` : ""}${what} · ${store.signedIn.site} · pbxis`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  const place = `${route.view} ${nameIn(route)}`;
  const before = useRef(place);
  const tracker = useTracker();
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    tracker.leave();
    scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place, tracker]);
}

/** The agent or the queue that the view is about. */
function nameIn(route: Route): string {
  return route.view === "agent" ? route.agent : route.view === "queue" ? route.queue : "";
}

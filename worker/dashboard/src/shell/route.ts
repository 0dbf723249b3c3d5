/** Converts between the address's hash and the view that it names. Pure. */

export type Route =
  /** Calls and reports keep their filters in the address themselves. */
  | Readonly<{ view: "wallboard" | "kiosk" | "calls" | "reports" }>
  | Readonly<{ view: "agents"; queue: string | null }>
  | Readonly<{ view: "agent"; agent: string }>
  | Readonly<{ view: "queue"; queue: string }>;

/** Any other hash is the wallboard. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view, name] = path.split("/");
  switch (view) {
    case "kiosk":
    case "calls":
    case "reports":
      return { view };
    case "queue": {
      const queue = decoded(name ?? "");
      return queue ? { view, queue } : { view: "wallboard" };
    }
    // `#/agents/1001` is what people type.
    case "agent":
    case "agents": {
      const agent = decoded(name ?? "");
      if (agent) return { view: "agent", agent };
      return { view: "agents", queue: view === "agents" ? new URLSearchParams(query).get("queue") : null };
    }
    default:
      return { view: "wallboard" };
  }
}

export function hrefOf(route: Route): string {
  switch (route.view) {
    case "wallboard":
      return "#/";
    case "kiosk":
    case "calls":
    case "reports":
      return `#/${route.view}`;
    case "agents":
      return route.queue === null ? "#/agents" : `#/agents?${new URLSearchParams({ queue: route.queue })}`;
    case "agent":
      return `#/agent/${encodeURIComponent(route.agent)}`;
    case "queue":
      return `#/queue/${encodeURIComponent(route.queue)}`;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

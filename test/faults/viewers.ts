/**
 * The clients: `@pbxis/shared/client` on both transports, behind proxies of their own. Each counts the completed calls
 * that it receives. One has a connection that is too slow for its stream.
 */
import { type SiteEvent, stateKey } from "@pbxis/shared";
import { connectSite, type SubscribedSite, type Subscription } from "@pbxis/shared/client";
import { type Audience, maySee } from "../sim/audience.ts";

export type Viewer = Readonly<{
  name: string;
  /** How often each `uniqueId` was received. */
  completes: ReadonlyMap<string, number>;
  reconnects: () => number;
  gaps: () => number;
  subscribed: SubscribedSite;
  maySee: (event: SiteEvent) => boolean;
}>;

type Plan = Readonly<{
  name: string;
  subscription: Subscription;
  audience: Audience;
  transport: "websocket" | "sse";
  slow?: true;
}>;

const everyone = { agents: "*", queues: "*", summary: false, scope: null } as const;

const plans: readonly Plan[] = [
  { name: "wallboard", subscription: { agents: "*", queues: "*" }, audience: everyone, transport: "websocket" },
  { name: "wallboard by SSE", subscription: { agents: "*", queues: "*" }, audience: everyone, transport: "sse" },
  {
    name: "slow wallboard",
    subscription: { agents: "*", queues: "*" },
    audience: everyone,
    transport: "websocket",
    slow: true,
  },
  {
    name: "agents 1001 and 1007",
    subscription: { agents: ["1001", "1007"], queues: ["support", "load"] },
    audience: { ...everyone, agents: ["1001", "1007"], queues: ["support", "load"] },
    transport: "websocket",
  },
  {
    name: "agent 1003's page (AP2)",
    subscription: { agent: "1003" },
    audience: { ...everyone, agents: ["1003"], scope: "agent" },
    transport: "websocket",
  },
  {
    name: "queue sales (AP2)",
    subscription: { queue: "sales" },
    audience: { ...everyone, queues: ["sales"], scope: "queue" },
    transport: "websocket",
  },
];

export function openViewers(site: string, token: string, port: number, slowPort: number): readonly Viewer[] {
  return plans.map((plan) => {
    const completes = new Map<string, number>();
    let reconnects = -1;
    let gaps = 0;
    const url = `http://127.0.0.1:${plan.slow ? slowPort : port}`;
    const client = connectSite({ url, site, token, transport: plan.transport });
    const subscribed = client.subscribe(plan.subscription, {
      onOccurrence: (event) => {
        if (event.type === "agentComplete") completes.set(event.uniqueId, (completes.get(event.uniqueId) ?? 0) + 1);
      },
      onGap: () => {
        gaps += 1;
      },
      onStatus: ({ kind }) => {
        if (kind === "live") reconnects += 1;
      },
    });
    return {
      name: plan.name,
      completes,
      reconnects: () => Math.max(0, reconnects),
      gaps: () => gaps,
      subscribed,
      maySee: (event) => maySee(plan.audience, event),
    };
  });
}

/** Describes the differences between the viewer's states and those of `all` that it may see. */
export function stateDifferences(viewer: Viewer, all: readonly SiteEvent[]): string[] {
  const text = ({ at: _, ...rest }: SiteEvent) => JSON.stringify(rest, Object.keys(rest).sort());
  const expected = new Map(all.filter(viewer.maySee).map((event) => [stateKey(event), text(event)]));
  const shown = new Map(viewer.subscribed.state.events().map((event) => [stateKey(event), text(event)]));
  const found: string[] = [];
  for (const [key, value] of expected)
    if (shown.get(key) !== value)
      found.push(`${viewer.name}: ${key} should be ${value}, and is ${shown.get(key) ?? "not there"}`);
  for (const [key, value] of shown)
    if (!expected.has(key))
      found.push(`${viewer.name}: ${key} is ${value}, which it may not see or which no longer exists`);
  return found;
}

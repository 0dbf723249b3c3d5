import { Hono } from "hono";
import type { Env } from "./env.ts";

export { AgentObject } from "./scope/agent-object.ts";
export { ChannelObject } from "./scope/channel-object.ts";
export { QueueObject } from "./scope/queue-object.ts";
export { SiteObject } from "./site/site-object.ts";

const app = new Hono<{ Bindings: Env }>();
app.get("/healthz", (context) => context.json({ status: "ok" }));

export default app;

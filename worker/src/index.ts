/** The worker: its HTTP handler, and the Durable Object classes, which the platform finds by their names. */
import { createApp } from "./app.ts";

export { AgentObject } from "./scope/agent-object.ts";
export { ChannelObject } from "./scope/channel-object.ts";
export { QueueObject } from "./scope/queue-object.ts";
export { SiteObject } from "./site/site-object.ts";
export { TicketObject } from "./ticket/ticket-object.ts";
export { WebhookObject } from "./webhook/webhook-object.ts";

export default createApp();

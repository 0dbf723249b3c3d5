/** What the deployment gives the worker: bindings of wrangler.toml and settings. */
import type { AgentObject } from "./scope/agent-object.ts";
import type { ChannelObject } from "./scope/channel-object.ts";
import type { QueueObject } from "./scope/queue-object.ts";
import type { SiteObject } from "./site/site-object.ts";
import type { TicketObject } from "./ticket/ticket-object.ts";

export type Env = {
  SITE: DurableObjectNamespace<SiteObject>;
  QUEUE: DurableObjectNamespace<QueueObject>;
  AGENT: DurableObjectNamespace<AgentObject>;
  CHANNEL: DurableObjectNamespace<ChannelObject>;
  TICKET: DurableObjectNamespace<TicketObject>;
  /** The dashboard's files. */
  ASSETS: Fetcher;
  /** HS256 secret of the deployment's own tokens, at least 32 bytes. */
  PBXIS_SECRET?: string;
  /** Where to find the keys of tokens that somebody else signs. */
  PBXIS_JWKS_URL?: string;
  /** The site that pbxis-ws's clients see (AP8); without it their paths do not exist. */
  PBXIS_COMPAT_SITE?: string;
  /** `required`: they need a token. */
  PBXIS_COMPAT_TOKEN?: string;
};

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("./index.ts");
    }
    interface Env {
      SITE: DurableObjectNamespace<SiteObject>;
      QUEUE: DurableObjectNamespace<QueueObject>;
      AGENT: DurableObjectNamespace<AgentObject>;
      CHANNEL: DurableObjectNamespace<ChannelObject>;
      TICKET: DurableObjectNamespace<TicketObject>;
      ASSETS: Fetcher;
      PBXIS_SECRET?: string;
      PBXIS_JWKS_URL?: string;
      PBXIS_COMPAT_SITE?: string;
      PBXIS_COMPAT_TOKEN?: string;
    }
  }
}

/** What the deployment gives the worker: the bindings of wrangler.toml, and settings. */
import type { ScopeApi, SiteApi } from "./site/api.ts";
import type { TicketApi } from "./ticket/api.ts";
import type { WebhookApi } from "./webhook/api.ts";

/**
 * A namespace whose objects answer the calls of `Api`. It names the interface and not the class: the classes import
 * this file.
 */
type Namespace<Api> = DurableObjectNamespace<Api & Rpc.DurableObjectBranded>;

declare global {
  namespace Cloudflare {
    /** The platform's own name for it, which types `env` of `cloudflare:workers`. */
    interface Env {
      SITE: Namespace<SiteApi>;
      QUEUE: Namespace<ScopeApi>;
      AGENT: Namespace<ScopeApi>;
      CHANNEL: Namespace<ScopeApi>;
      TICKET: Namespace<TicketApi>;
      WEBHOOK: Namespace<WebhookApi>;
      /** The dashboard's files. */
      ASSETS: Fetcher;
      /** HS256 secret of the deployment's own tokens, at least 32 bytes; or two, of which the first signs. */
      PBXIS_SECRET?: string;
      /** Where to fetch the keys of tokens that another party signs. */
      PBXIS_JWKS_URL?: string;
      /** The `iss` and `aud` of tokens; `any` for one that does not matter. */
      PBXIS_ISSUER?: string;
      PBXIS_AUDIENCE?: string;
      /** `optional`: a client's token need not have an `exp`. */
      PBXIS_TOKEN_EXP?: string;
      /** The site that clients of pbxis-ws see (AP8). Unset: their paths do not exist. */
      PBXIS_COMPAT_SITE?: string;
      /** How many hours a site keeps events; 48 if it is not set. */
      PBXIS_LOG_HOURS?: string;
      /** How many days a site keeps its list of queue calls; 35 if it is not set, 0 for none. */
      PBXIS_CALLS_DAYS?: string;
      /** How many clients one object of a subscription serves; 1,000 if it is not set. */
      PBXIS_OBJECT_CLIENTS?: string;
      /** `1` lets webhooks send to this machine by plain HTTP, for development and tests. */
      PBXIS_WEBHOOK_LOCAL?: string;
      /** Whether clients of pbxis-ws need a token: `required` or `open`. */
      PBXIS_COMPAT_TOKEN?: string;
      /** Origins of pages besides the worker's own that may use pbxis-ws's paths, with commas. */
      PBXIS_COMPAT_ORIGINS?: string;
    }
  }
}

export type Env = Cloudflare.Env;

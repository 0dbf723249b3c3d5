/** What the Site object offers for webhooks (AP14): to admins, and to the object of each endpoint. */
import type { Cursor, DisabledReason, SiteEvent, Webhook, WebhookChange, WebhookRequest } from "@pbxis/shared";

/** Where to send, and the secrets that sign, the newest first. */
export type Target = Readonly<{ url: string; secrets: readonly string[] }>;

/**
 * A part of the log for an endpoint, after its position: what it wants of it, and up to where that reaches. States are
 * collapsed. `more`: the log goes on. `gap`: what came after its position is gone, up to there.
 */
type Page = Readonly<{
  kind: "page";
  target: Target;
  items: readonly (readonly [cursor: Cursor, event: SiteEvent])[];
  through: Cursor;
  more: boolean;
  gap: Readonly<{ from: Cursor; through: Cursor }> | null;
}>;

/** `gone`: the site has no such endpoint. `isInLog`: the log still has what came after the position. */
export type PageReply =
  | Page
  | Readonly<{ kind: "disabled"; target: Target; isInLog: boolean }>
  | Readonly<{ kind: "gone" }>;

/** What an admin asks of the site (AP14). */
export type WebhookAction =
  | Readonly<{ kind: "list" }>
  | Readonly<{ kind: "create"; request: WebhookRequest; id: string; secret: string }>
  | Readonly<{ kind: "change"; id: string; change: WebhookChange }>
  | Readonly<{ kind: "renew"; id: string; secret: string }>
  | Readonly<{ kind: "remove"; id: string }>;

/** `webhooks`: all of a list, otherwise the one that was named, as it is now; none if the site does not know it. */
export type WebhookReply =
  | Readonly<{ kind: "done"; webhooks: readonly Webhook[] }>
  | Readonly<{ kind: "full" }>
  | Readonly<{ kind: "refused"; message: string }>;

/** What the Site object offers to its Webhook objects. */
export type WebhookSiteApi = {
  /** AP14, for admins. */
  webhooks(action: WebhookAction): Promise<WebhookReply>;
  /**
   * `since` null: from where the endpoint was made. `isFailing`: the receiver has not taken what came last; if that has
   * left the log, the site disables the endpoint.
   */
  readWebhook(id: string, since: Cursor | null, isFailing: boolean): Promise<PageReply>;
  disableWebhook(id: string, reason: DisabledReason): Promise<void>;
};

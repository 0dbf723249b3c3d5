/** The requests of AP14. Each rejects with a `SiteError`. */
import { SiteError } from "@pbxis/shared/client";

/** A threshold (EV24): one of `above` and `below`. */
export type Alert = Readonly<{ queue: string; metric: string; above?: number; below?: number; forSeconds: number }>;

/** As in AP14. */
export type Webhook = Readonly<{
  id: string;
  url: string;
  types: readonly string[];
  agents: readonly string[];
  queues: readonly string[];
  callers: boolean;
  description: string;
  alerts: readonly Alert[];
  disabled: Readonly<{ at: number; reason: string }> | null;
  createdAt: number;
}>;
export type Attempt = Readonly<{ at: number; id: string; status: number | null; ms: number; problem: string | null }>;
export type DeadLetter = Readonly<{
  id: string;
  type: string;
  at: number;
  status: number | null;
  problem: string | null;
}>;
export type NewWebhook = Pick<Webhook, "url" | "types" | "agents" | "queues" | "callers" | "description" | "alerts">;

export type WebhookApi = Readonly<{
  list: () => Promise<readonly Webhook[]>;
  /** The secret is in this answer and never again. */
  create: (webhook: NewWebhook) => Promise<Webhook & Readonly<{ secret: string }>>;
  change: (id: string, webhook: NewWebhook) => Promise<Webhook>;
  /** Stops or resumes it. */
  setStopped: (id: string, isStopped: boolean) => Promise<Webhook>;
  remove: (id: string) => Promise<void>;
  renewSecret: (id: string) => Promise<string>;
  test: (id: string) => Promise<Omit<Attempt, "at">>;
  attempts: (id: string) => Promise<readonly Attempt[]>;
  deadLetters: (id: string) => Promise<readonly DeadLetter[]>;
  replay: (id: string, deadletters: readonly string[]) => Promise<void>;
}>;

export function createWebhookApi(site: string, token: string): WebhookApi {
  const ask = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const url = `/v1/sites/${encodeURIComponent(site)}/webhooks${path}`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) }).catch(() => {
      throw new SiteError(0, "network", "no answer");
    });
    const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
    if (response.ok) return answer as Answer;
    const { code = "unreadable", message = "the answer cannot be read" } =
      (answer as { error?: { code?: SiteError["code"]; message?: string } } | null)?.error ?? {};
    throw new SiteError(response.status, code, message);
  };
  return {
    list: async () => (await ask<{ webhooks: Webhook[] }>("GET", "")).webhooks,
    create: (webhook) => ask("POST", "", webhook),
    change: (id, webhook) => ask("PATCH", `/${id}`, webhook),
    setStopped: (id, isStopped) => ask("PATCH", `/${id}`, { disabled: isStopped }),
    remove: (id) => ask("DELETE", `/${id}`),
    renewSecret: async (id) => (await ask<{ secret: string }>("POST", `/${id}/secret`)).secret,
    test: (id) => ask("POST", `/${id}/test`),
    attempts: async (id) => (await ask<{ attempts: Attempt[] }>("GET", `/${id}/attempts`)).attempts,
    deadLetters: async (id) => (await ask<{ deadletters: DeadLetter[] }>("GET", `/${id}/deadletters`)).deadletters,
    replay: (id, deadletters) => ask("POST", `/${id}/replay`, { deadletters }),
  };
}

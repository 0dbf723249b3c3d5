/** The page of an admin's token (AP14): the webhooks of a site. Such a token opens no stream and no other view. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { ThemeChoice } from "../shell/header.tsx";
import { problemText } from "../store/problem-text.ts";
import type { SignedIn } from "../store/token.ts";
import { createWebhookApi, type NewWebhook, type Webhook } from "../store/webhook-api.ts";
import { SecretDialog } from "./secret-dialog.tsx";
import { WebhookCard } from "./webhook-card.tsx";
import { WebhookDialog } from "./webhook-dialog.tsx";

type Props = Readonly<{ signedIn: SignedIn; onSite: (site: string) => void; onSignOut: () => void }>;

export function AdminPage({ signedIn, onSite, onSignOut }: Props) {
  const { site, claims } = signedIn;
  useEffect(() => {
    document.title = `Webhooks · ${site} · pbxis`;
  }, [site]);
  return (
    <>
      <header class="sh-header">
        <span class="sh-brand">pbxis</span>
        {claims.sites.length > 1 ? (
          <select
            class="ui-select"
            aria-label="Site"
            value={site}
            onChange={(event) => onSite(event.currentTarget.value)}
          >
            {claims.sites.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : (
          <span class="sh-site">{site}</span>
        )}
        <div class="sh-tools">
          <ThemeChoice />
          <button class="ui-button" type="button" onClick={onSignOut}>
            Sign out
          </button>
        </div>
      </header>
      <main class="sh-main" id="main" tabIndex={-1}>
        <Webhooks key={site} signedIn={signedIn} />
      </main>
    </>
  );
}

/** What was read of the site; null before the first answer. */
type Listed = Readonly<{ webhooks: readonly Webhook[] | null; problem: string | null }>;

function Webhooks({ signedIn: { site, token } }: Readonly<{ signedIn: SignedIn }>) {
  const api = useMemo(() => createWebhookApi(site, token), [site, token]);
  const [{ webhooks, problem }, setListed] = useState<Listed>({ webhooks: null, problem: null });
  const [isCreating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const read = (): void =>
    void api.list().then(
      (list) => setListed({ webhooks: list, problem: null }),
      (error: unknown) => setListed((before) => ({ ...before, problem: problemText(error) })),
    );
  useEffect(read, [api]);
  const create = async (webhook: NewWebhook): Promise<void> => {
    const created = await api.create(webhook);
    setCreating(false);
    setSecret(created.secret);
    read();
  };
  return (
    <div class="wh-view">
      <h1>Webhooks</h1>
      <p class="wh-about">
        The site sends events to these URLs: signed, in order, and repeated until they are accepted (AP14).
      </p>
      <div class="wh-actions">
        <button type="button" class="ui-button ui-primary" onClick={() => setCreating(true)}>
          New webhook
        </button>
        <button type="button" class="ui-button" onClick={read}>
          Refresh
        </button>
      </div>
      <p class="ui-problem" role="alert">
        {problem}
      </p>
      {webhooks === null && problem === null && <p class="sh-wait">Loading…</p>}
      {webhooks?.length === 0 && <p class="wh-none">There are no webhooks yet.</p>}
      {webhooks?.map((webhook) => (
        <WebhookCard key={webhook.id} api={api} webhook={webhook} onChanged={read} onSecret={setSecret} />
      ))}
      {isCreating && (
        <WebhookDialog
          title="New webhook"
          save={["Create", "Creating…"]}
          onSave={create}
          onClose={() => setCreating(false)}
        />
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}

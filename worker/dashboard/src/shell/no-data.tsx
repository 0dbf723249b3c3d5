/** What the page shows while there are no values at all. */
import type { Store } from "../store/store.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { freshnessText, stopText } from "./freshness-text.ts";
import { Notice } from "./notice.tsx";

/** Whether there are values to show, current or stale. */
export function hasData(store: Store): boolean {
  const freshness = store.freshness();
  return freshness.kind !== "connecting" && !(freshness.kind === "stopped" && freshness.asOf === null);
}

export function NoData({ onSignOut }: Readonly<{ onSignOut: () => void }>) {
  const { freshness, signedIn } = useStore();
  const now = useNow();
  const current = freshness();
  if (current.kind !== "stopped") {
    const { why } = freshnessText(current, now);
    return (
      <Notice title="Connecting…">
        <p>{why ? `The server cannot be reached: ${why}. Trying again.` : `Loading the state of ${signedIn.site}.`}</p>
      </Notice>
    );
  }
  const { title, text } = stopText(current.reason, signedIn.claims.expiresAt, now);
  return (
    <Notice title={title}>
      <p role="alert">{text}</p>
      <button class="ui-button" type="button" onClick={onSignOut}>
        Sign in with another token
      </button>
    </Notice>
  );
}

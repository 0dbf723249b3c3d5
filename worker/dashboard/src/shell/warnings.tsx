/** Warnings above the values: why updates have stopped, or that the token is about to expire. */
import { formatRemaining } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { msUntilExpiry, stopText } from "./freshness-text.ts";
import { Banner } from "./notice.tsx";

export function Warnings({ onSignOut }: Readonly<{ onSignOut: () => void }>) {
  const store = useStore();
  const now = useNow(10_000);
  const freshness = store.freshness();
  const { expiresAt } = store.signedIn.claims;
  if (freshness.kind === "stopped" && freshness.asOf !== null) {
    const { title, text } = stopText(freshness.reason, expiresAt, now);
    return (
      <Banner title={title} tone="bad">
        {text}{" "}
        <button class="ui-button" type="button" onClick={onSignOut}>
          Sign in again
        </button>
      </Banner>
    );
  }
  const remaining = msUntilExpiry(expiresAt, now);
  if (remaining === null || freshness.kind === "stopped") return null;
  return (
    <Banner title={`Your token expires ${formatRemaining(remaining)}.`} tone="warn">
      Sign in with a new token before then.
    </Banner>
  );
}

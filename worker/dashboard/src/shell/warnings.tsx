/** What stands above values that are still shown: why they stopped, or that the token is about to end. */
import { formatRemaining } from "../ui/format.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { endingSoon, stopWords } from "./freshness-words.ts";
import { Banner } from "./notice.tsx";

export function Warnings({ onSignOut }: Readonly<{ onSignOut: () => void }>) {
  const store = useStore();
  const now = useNow(10_000);
  const freshness = store.freshness();
  const { expiresAt } = store.signedIn.claims;
  if (freshness.kind === "stopped" && freshness.asOf !== null) {
    const { title, text } = stopWords(freshness.because, expiresAt, now);
    return (
      <Banner title={title} tone="bad">
        {text}{" "}
        <button class="ui-button" type="button" onClick={onSignOut}>
          Sign in again
        </button>
      </Banner>
    );
  }
  const remaining = endingSoon(expiresAt, now);
  if (remaining === null || freshness.kind === "stopped") return null;
  return (
    <Banner title={`Your token ends ${formatRemaining(remaining)}.`} tone="warn">
      Sign in with a new one by then.
    </Banner>
  );
}

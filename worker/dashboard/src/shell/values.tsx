/** Whether there is anything to show, and what to say where there is not. */
import type { Store } from "../store.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import { freshnessWords, stopWords } from "./freshness-words.ts";
import { Notice } from "./notice.tsx";

/** Anything to show, be it old. */
export function hasValues(store: Store): boolean {
  const freshness = store.freshness();
  return freshness.kind !== "connecting" && !(freshness.kind === "stopped" && freshness.asOf === null);
}

export function NoValues({ onSignOut }: Readonly<{ onSignOut: () => void }>) {
  const { freshness, signedIn } = useStore();
  const now = useNow();
  const is = freshness();
  if (is.kind !== "stopped") {
    const { why } = freshnessWords(is, now);
    return (
      <Notice title="Connecting …">
        <p>
          {why
            ? `The server could not be reached so far: ${why}. Trying again.`
            : `Asking for the state of ${signedIn.site}.`}
        </p>
      </Notice>
    );
  }
  const { title, text } = stopWords(is.because, signedIn.claims.expiresAt, now);
  return (
    <Notice title={title}>
      <p role="alert">{text}</p>
      <button class="ui-button" type="button" onClick={onSignOut}>
        Sign in with another token
      </button>
    </Notice>
  );
}

/**
 * The header's line on how current the values are. Screen readers announce changes of it, but not the passing of time.
 */
import { useEffect, useState } from "preact/hooks";
import { useNow, useStore } from "../ui/hooks.ts";
import { announcementOf, freshnessText } from "./freshness-text.ts";

/** A change is announced after it has lasted this long, so that a short interruption is not announced at all. */
const settleMs = 1500;

export function FreshnessLine() {
  const freshness = useStore().freshness();
  const { short, why } = freshnessText(freshness, useNow());
  return (
    <p class="sh-fresh" data-kind={freshness.kind}>
      <span class="sh-fresh-mark" aria-hidden="true" />
      <span>
        <strong>{short}</strong>
        {why && <span class="sh-fresh-why"> · {why}</span>}
      </span>
      <Announcement text={announcementOf(freshness)} />
    </p>
  );
}

function Announcement({ text }: { text: string }) {
  const [announced, setAnnounced] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setAnnounced(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <span class="ui-hidden" role="status">
      {announced}
    </span>
  );
}

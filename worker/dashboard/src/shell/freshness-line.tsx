/** The header's one line on how fresh the page is, and the same for screen readers: politely, and not on every tick. */
import { useEffect, useState } from "preact/hooks";
import { useNow, useStore } from "../ui/hooks.ts";
import { announcementOf, freshnessWords } from "./freshness-words.ts";

/** A connection that is back at once is not worth a word. */
const settleMs = 1500;

export function FreshnessLine() {
  const freshness = useStore().freshness();
  const { short, why } = freshnessWords(freshness, useNow());
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
  const [told, setTold] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setTold(text), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <span class="ui-hidden" role="status">
      {told}
    </span>
  );
}

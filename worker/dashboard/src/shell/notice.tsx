/** Words across the page in place of values, or above values that are not what they should be. */
import type { ComponentChildren } from "preact";

type Props = Readonly<{ title: string; children?: ComponentChildren }>;

/** Instead of a view. */
export function Notice({ title, children }: Props) {
  return (
    <div class="sh-notice">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Above a view that still shows its last values. */
export function Banner({ title, tone, children }: Props & Readonly<{ tone: "warn" | "bad" }>) {
  return (
    <div class="sh-banner" data-tone={tone} role="status">
      <strong>{title}</strong> <span>{children}</span>
    </div>
  );
}

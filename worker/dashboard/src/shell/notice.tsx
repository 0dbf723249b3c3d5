/** Messages that replace a view or stand above it. */
import type { ComponentChildren } from "preact";

type Props = Readonly<{ title: string; children?: ComponentChildren }>;

/** Replaces a view. */
export function Notice({ title, children }: Props) {
  return (
    <div class="sh-notice">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Stands above a view that still shows values. */
export function Banner({ title, tone, children }: Props & Readonly<{ tone: "warn" | "bad" }>) {
  return (
    <div class="sh-banner" data-tone={tone} role="status">
      <strong>{title}</strong> <span>{children}</span>
    </div>
  );
}

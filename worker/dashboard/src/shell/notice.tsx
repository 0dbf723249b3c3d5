/** Messages that replace a view or stand above it. */
import type { ComponentChildren } from "preact";

type Props = Readonly<{ title: string; children?: ComponentChildren }>;

/** Replaces a view, or with `isPart` what a view below its own heading would show. */
export function Notice({ title, isPart = false, children }: Props & Readonly<{ isPart?: boolean }>) {
  const Heading = isPart ? "h2" : "h1";
  return (
    <div class="sh-notice">
      <Heading>{title}</Heading>
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

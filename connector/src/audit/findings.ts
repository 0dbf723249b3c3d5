/** The results of all audits of this process. */
import type { Audit } from "@pbxis/shared";
import type { AuditedKind, Difference } from "./comparison.ts";
import { kindOf } from "./describe.ts";

export type Findings = Readonly<{
  /** Adds an audit that ended at `at` (ms since 1970). */
  add: (at: number, differences: readonly Difference[]) => Audit;
  /** Null before the first audit. */
  latest: () => Audit | null;
  byKind: () => ReadonlyMap<AuditedKind, number>;
}>;

export function createFindings(): Findings {
  const byKind = new Map<AuditedKind, number>();
  let latest: Audit | null = null;
  return {
    add: (at, differences) => {
      for (const kind of differences.map(kindOf)) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
      const { total, audits } = latest ?? { total: 0, audits: 0 };
      latest = { at, differences: differences.length, total: total + differences.length, audits: audits + 1 };
      return latest;
    },
    latest: () => latest,
    byKind: () => byKind,
  };
}

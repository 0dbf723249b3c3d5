/**
 * Which regeneration is an audit, and where it stands. Any other one (after a reload, a new connection, members that came without a word) is
 * none: that it finds something new is why it was asked.
 *
 * | phase     | what holds                                | leaves it                                                            |
 * |-----------|-------------------------------------------|----------------------------------------------------------------------|
 * | idle      |                                           | `expect` → expected                                                  |
 * | expected  | the next regeneration is the audit        | it begins → comparing                                                |
 * | comparing | the lists come                            | all are complete → settling; another begins → comparing, from anew  |
 * | settling  | live events may still explain differences | `finish` → idle; another begins → comparing, from anew               |
 * | any       |                                           | `cancel` (AMI is lost) → idle                                        |
 *
 * A second regeneration may follow the first at once, for a reload that came meanwhile: what the first has found is then no proof any more.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { Changes } from "../model/state/changes.ts";
import type { Model } from "../model/state/state.ts";
import { type Comparison, createComparison, type Difference } from "./comparison.ts";

type Phase =
  | Readonly<{ kind: "idle" | "expected" }>
  | Readonly<{ kind: "comparing" | "settling"; comparison: Comparison }>;

export type AuditTracker = Readonly<{
  expect: () => void;
  /** Every event, before it is reduced. */
  onEvent: (event: AmiEvent) => void;
  /** Every event, after it was. */
  onReduced: (event: AmiEvent, changes: Changes) => void;
  isSettling: () => boolean;
  /** What was found; null if it is not settling. */
  finish: () => readonly Difference[] | null;
  cancel: () => void;
}>;

export function createAuditTracker(model: Model): AuditTracker {
  let phase: Phase = { kind: "idle" };
  const isSettling = () => phase.kind === "settling";
  return {
    expect: () => {
      if (phase.kind === "idle") phase = { kind: "expected" };
    },
    onEvent: (event) => {
      if (event.kind === "regenerationStarted" && phase.kind !== "idle")
        phase = { kind: "comparing", comparison: createComparison(model) };
    },
    onReduced: (event, changes) => {
      if (phase.kind !== "comparing" && phase.kind !== "settling") return;
      const { comparison } = phase;
      comparison.take(event, changes);
      if (event.kind === "listCompleted" && model.pending.size === 0) phase = { kind: "settling", comparison };
    },
    isSettling,
    finish: () => {
      if (phase.kind !== "settling") return null;
      const differences = phase.comparison.differences();
      phase = { kind: "idle" };
      return differences;
    },
    cancel: () => {
      phase = { kind: "idle" };
    },
  };
}

/**
 * Which regeneration is an audit, and which phase it is in. Other regenerations (after a reload, a new connection,
 * members that changed without an event) are expected to find something new, so they are no audits.
 *
 * | phase     | meaning                                   | exits                                                        |
 * |-----------|-------------------------------------------|--------------------------------------------------------------|
 * | idle      | no audit                                  | `expect` → expected                                          |
 * | expected  | the next regeneration is the audit        | a regeneration begins → comparing                            |
 * | comparing | the lists arrive                          | all are complete → settling; another begins → comparing anew |
 * | settling  | live events may still explain differences | `finish` → idle; another begins → comparing anew             |
 * | any       |                                           | `cancel` (AMI goes down) → idle                              |
 *
 * A second regeneration may follow the first at once, for a reload that came meanwhile. What the first one found then
 * proves nothing.
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
  /** To be called for every event, before it is reduced. */
  onEvent: (event: AmiEvent) => void;
  /** To be called for every event, after it was reduced to `changes`. */
  onReduced: (event: AmiEvent, changes: Changes) => void;
  isSettling: () => boolean;
  /** Ends the audit and returns what it found. Null if it is not settling. */
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
      comparison.observe(event, changes);
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

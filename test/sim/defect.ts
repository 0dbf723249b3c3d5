/** A change of the source under test, and one that is a deliberate defect. */

/** Replaces `from` by `to` in `file`. `from` must occur there exactly once. */
export type Change = Readonly<{ file: string; from: string; to: string }>;

/**
 * `rare`: for a defect that few seeds detect, one that does; it is tried first. Replace it by another when the
 * simulation changes.
 */
export type Defect = Change & Readonly<{ name: string; mechanism: string; rare?: number }>;

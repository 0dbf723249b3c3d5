/** A change of the source under test, and one that is a deliberate defect. */

/** Replaces `from` by `to` in `file`. `from` must occur there exactly once. */
export type Change = Readonly<{ file: string; from: string; to: string }>;

export type Defect = Change & Readonly<{ name: string; mechanism: string }>;

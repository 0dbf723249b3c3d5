/**
 * What a connector hides before anything leaves its site (RD1). The modes are the values of its settings
 * `PBXIS_REDACT_NUMBERS`, `PBXIS_REDACT_NAMES` and `PBXIS_REDACT_RECORDINGS`.
 */
import * as z from "zod";

export const numberModes = ["none", "last4", "hash", "all"] as const;
export const nameModes = ["none", "initials", "all"] as const;
export const recordingModes = ["none", "name", "all"] as const;

export const Redaction = z
  .object({ numbers: z.literal(numberModes), names: z.literal(nameModes), recordings: z.literal(recordingModes) })
  .readonly();
export type Redaction = z.infer<typeof Redaction>;

/** The settings of the redaction (RD1), as `config.ts` reads them. */
import { nameModes, numberModes, type Redaction, recordingModes } from "@pbxis/shared";
import * as z from "zod";

/** `key` is a secret; empty if no mode needs it. */
export type RedactionSettings = Readonly<{ modes: Redaction; key: string }>;

function modes<Mode extends string>(all: readonly Mode[]) {
  return z.literal(all, `must be ${all.slice(0, -1).join(", ")} or ${all.at(-1)}`);
}

export const redactionFields = {
  PBXIS_REDACT_NUMBERS: modes(numberModes)
    .default("none")
    .describe("what leaves the site of numbers that are not internal: none hides nothing, last4, hash or all"),
  PBXIS_REDACT_NAMES: modes(nameModes)
    .default("none")
    .describe("what leaves the site of callers' names: none hides nothing, initials or all"),
  PBXIS_REDACT_RECORDINGS: modes(recordingModes)
    .optional()
    .describe(
      "what leaves the site of recordings' paths: none hides nothing, name hashes the file's name, all; all by default where numbers are redacted, else none",
    ),
  PBXIS_REDACT_KEY: z
    .string()
    .min(32, "must be at least 32 characters")
    .max(1024, "must be at most 1024 characters")
    .optional()
    .describe("secret of hash and of name, at least 32 characters; a new one gives every number a new value"),
} as const;

type Values = Readonly<z.infer<z.ZodObject<typeof redactionFields>>>;

/** A string is an error message. */
export function redactionOf(values: Values): RedactionSettings | string {
  const numbers = values.PBXIS_REDACT_NUMBERS;
  const recordings = values.PBXIS_REDACT_RECORDINGS ?? (numbers === "none" ? "none" : "all");
  const { PBXIS_REDACT_NAMES: names, PBXIS_REDACT_KEY: key = "" } = values;
  if (key === "" && numbers === "hash") return "PBXIS_REDACT_KEY is missing: PBXIS_REDACT_NUMBERS=hash needs it";
  if (key === "" && recordings === "name") return "PBXIS_REDACT_KEY is missing: PBXIS_REDACT_RECORDINGS=name needs it";
  return { modes: { numbers, names, recordings }, key };
}

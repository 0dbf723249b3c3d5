/**
 * The settings by which the site reckons its statistics (EV18, EV19) and the connector the wrap-up of agents (EV3). The
 * first go to the site with `hello` (UP1).
 */
import type { SiteSettings } from "@pbxis/shared";
import * as z from "zod";

/** Seconds by queue; `*` stands for all queues that are not named. */
export type SecondsByQueue = Readonly<Record<string, number>>;

const maxSeconds = 86_400;

export function wholeNumber(unit: string, most: number) {
  return z.coerce
    .number(`must be a number of ${unit}`)
    .int(`must be a whole number of ${unit}`)
    .min(0, "must be 0 or more")
    .max(most, `must be at most ${most}`);
}

/** `sales=20,*=30`. A queue's name may contain `=`, but no comma. */
const secondsByQueue = z
  .string()
  .transform((text) => text.split(",").map((part) => /^\s*([^;]*[^;\s])\s*=\s*(\d{1,5})\s*$/.exec(part)))
  .refine(
    (parts) => parts.every((part) => part !== null && Number(part[2]) <= maxSeconds),
    `must be queues with seconds, such as sales=20,*=30, of at most ${maxSeconds} s`,
  )
  .transform((parts): SecondsByQueue => Object.fromEntries(parts.map((part) => [part?.[1] ?? "", Number(part?.[2])])));

export const siteFields = {
  PBXIS_QUEUE_LOG: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .describe("Asterisk's queue_log, from which to learn what ended while AMI was away; no default"),
  PBXIS_TIMEZONE: z
    .string()
    .refine(isTimezone, "must be an IANA name, such as Europe/Zagreb")
    .optional()
    .describe("time zone in which the site's days begin, such as Europe/Zagreb; the machine's by default"),
  PBXIS_SERVICE_LEVEL_SECONDS: secondsByQueue
    .optional()
    .describe("within how many seconds calls should be answered, such as sales=20,*=30; by default Asterisk's own"),
  PBXIS_SHORT_ABANDON_SECONDS: wholeNumber("seconds", 3600)
    .default(5)
    .describe("callers who hang up within as many seconds are also counted as short abandoned"),
  PBXIS_WRAPUP_SECONDS: secondsByQueue
    .optional()
    .describe("how long agents wrap up after a queue's call, such as sales=15,*=0; a member's own wrapuptime wins"),
  PBXIS_WRAPUP_REASONS: z
    .string()
    .transform((text) =>
      text
        .split(",")
        .map((reason) => reason.trim())
        .filter((reason) => reason !== ""),
    )
    .refine(
      (reasons) => reasons.length <= 100 && reasons.every((reason) => reason.length <= 128),
      "must be at most 100 reasons with commas between them",
    )
    .default(["wrapup", "acw", "WRAPUP"])
    .describe("pauses with one of these reasons count as wrap-up"),
} as const;

function isTimezone(name: string): boolean {
  try {
    // Offsets such as +02:00 are no zones: they have no summer time.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

type Values = Readonly<z.infer<z.ZodObject<typeof siteFields>>>;

export function siteSettingsOf(values: Values): SiteSettings {
  return {
    timezone: values.PBXIS_TIMEZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    serviceLevelSeconds: values.PBXIS_SERVICE_LEVEL_SECONDS ?? {},
    shortAbandonSeconds: values.PBXIS_SHORT_ABANDON_SECONDS,
    wrapUpReasons: values.PBXIS_WRAPUP_REASONS,
  };
}

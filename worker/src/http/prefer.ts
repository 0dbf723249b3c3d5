/** AP5: the header `Prefer` (RFC 7240) of a command: `respond-async`, and how long to wait before that. Pure. */

/** Seconds; a longer wait is shortened to this. */
const maxWaitSeconds = 60;

export type Preference = Readonly<{ isAsync: boolean; waitSeconds: number }>;

/** `wait` counts only together with `respond-async`. Preferences that are not known are ignored. */
export function parsePrefer(header: string | undefined): Preference {
  const preferences = (header ?? "").split(",").map((one) => one.split(";")[0]?.trim().toLowerCase() ?? "");
  const isAsync = preferences.includes("respond-async");
  const [wait = "0"] = preferences.flatMap((one) => /^wait\s*=\s*"?(\d{1,9})"?$/.exec(one)?.[1] ?? []);
  return { isAsync, waitSeconds: isAsync ? Math.min(Number(wait), maxWaitSeconds) : 0 };
}

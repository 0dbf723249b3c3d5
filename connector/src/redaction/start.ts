/** The redaction of the running connector, with its key. */
import { createHmac } from "node:crypto";
import { createRedaction, type Redaction } from "./redaction.ts";
import type { RedactionSettings } from "./settings.ts";

/** RD1: a number is hashed together with the site, so that two sites with one key do not share their values. */
export function startRedaction(
  { modes, key }: RedactionSettings,
  site: string,
  isAgent: (id: string) => boolean = () => false,
): Redaction {
  return createRedaction(modes, {
    digest: (text) => createHmac("sha256", key).update(`${site}:${text}`).digest("hex"),
    isAgent,
  });
}

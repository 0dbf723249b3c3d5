/** What a connector says at its start about settings that are valid and unsafe. */
import type { Config } from "./config.ts";
import { isLoopback } from "./util/loopback.ts";

export function cautions({ uplinkUrl, watch, dialsAnything, redaction }: Config): string[] {
  const lines: string[] = [];
  if (uplinkUrl.protocol === "ws:" && !isLoopback(uplinkUrl.hostname))
    lines.push(
      `PBXIS_EDGE_URL is not encrypted: the connector's token, and all calls, can be read on the way to ${uplinkUrl.host}; use https:`,
    );
  if (watch && !isLoopback(watch.host))
    lines.push(
      `PBXIS_WATCH_HOST is ${watch.host}, not loopback: whoever reaches port ${watch.port} there can read /healthz and /metrics, which need no password`,
    );
  if (dialsAnything)
    lines.push(
      "PBXIS_DIAL_PATTERN is its default .+: clients with commands may dial and transfer to any number that the dialplan allows, including expensive ones",
    );
  const { numbers, recordings } = redaction.modes;
  if (numbers !== "none" && recordings === "none")
    lines.push(
      `PBXIS_REDACT_RECORDINGS is none although PBXIS_REDACT_NUMBERS is ${numbers}: the paths of recordings often have the number in them`,
    );
  return lines;
}

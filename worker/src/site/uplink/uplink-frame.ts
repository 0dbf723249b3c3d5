/**
 * Reads what came over the uplink: the one place where a connector's bytes become a typed frame. Strict on purpose: an event that
 * this version does not know is a mistake of deployment, to be seen at once rather than missed by clients for weeks.
 */
import { ConnectorFrame, maxUplinkFrameBytes } from "@pbxis/shared";
import { exceedsBytes } from "../../http/exceeds-bytes.ts";
import { describeIssues, parseJson } from "../../json.ts";

export type Decoded = Readonly<{ ok: true; frame: ConnectorFrame }> | Readonly<{ ok: false; because: string }>;

/** `because` names fields and rules, never values: callers' numbers do not belong into logs. */
export function decodeConnectorFrame(message: string | ArrayBuffer): Decoded {
  if (typeof message !== "string") return { ok: false, because: "a binary message; frames are text" };
  if (exceedsBytes(message, maxUplinkFrameBytes))
    return { ok: false, because: `a frame of more than ${maxUplinkFrameBytes} bytes` };
  const json = parseJson(message);
  if (json === undefined) return { ok: false, because: "a frame that is not JSON" };
  const parsed = ConnectorFrame.safeParse(json);
  if (parsed.success) return { ok: true, frame: parsed.data };
  return { ok: false, because: describeIssues(parsed.error) };
}

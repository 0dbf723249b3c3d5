/**
 * Decodes what came over the uplink: the one place where a connector's bytes become a typed frame. It is strict on
 * purpose. An event type that this build does not know is a mistake in deployment, which should show at once and not as
 * a gap that clients miss for weeks. Pure.
 */
import { ConnectorFrame, maxUplinkFrameBytes } from "@pbxis/shared";
import { exceedsBytes } from "../../http/exceeds-bytes.ts";
import { describeIssues, parseJson } from "../../json.ts";

export type Decoded = Readonly<{ ok: true; frame: ConnectorFrame }> | Readonly<{ ok: false; because: string }>;

/** `because` names fields and rules, never values: callers' numbers do not belong in logs. */
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

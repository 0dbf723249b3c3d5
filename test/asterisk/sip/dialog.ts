/**
 * A SIP dialog (RFC 3261, section 12) as plain data: its parties, Call-ID, tags and CSeq, and the requests within it.
 */
import { type Headers, headerOf, parameterOf, parseAddress, type SipRequest, type SipResponse } from "./message.ts";

export type Dialog = {
  readonly callId: string;
  readonly localTag: string;
  /** Undefined before the first response. */
  remoteTag: string | undefined;
  /** Values of the From and To headers, without tags. */
  readonly local: string;
  readonly remote: string;
  /** The remote target: the other side's last Contact. */
  target: string;
  readonly contact: string;
  sequence: number;
};

/** The caller's dialog before the first response. */
export function dialogToCall(parts: {
  callId: string;
  tag: string;
  local: string;
  target: string;
  contact: string;
}): Dialog {
  const { callId, tag, local, target, contact } = parts;
  return { callId, localTag: tag, remoteTag: undefined, local, remote: `<${target}>`, target, contact, sequence: 0 };
}

/** The called party's dialog. */
export function dialogFromInvite(invite: SipRequest, tag: string, contact: string): Dialog {
  return {
    callId: headerOf(invite, "call-id"),
    localTag: tag,
    remoteTag: parameterOf(headerOf(invite, "from"), "tag"),
    local: withoutTag(headerOf(invite, "to")),
    remote: withoutTag(headerOf(invite, "from")),
    target: parseAddress(headerOf(invite, "contact")).uri,
    contact,
    sequence: 0,
  };
}

/** Updates the remote tag and the remote target from a message of the other side. */
export function updateDialog(dialog: Dialog, message: SipResponse | SipRequest): void {
  const peer = message.kind === "response" ? headerOf(message, "to") : headerOf(message, "from");
  dialog.remoteTag = parameterOf(peer, "tag") ?? dialog.remoteTag;
  const contact = headerOf(message, "contact");
  if (contact) dialog.target = parseAddress(contact).uri;
}

/** The next request of the dialog. An ACK or a CANCEL passes `sequence`: the CSeq number of its INVITE. */
export function requestIn(
  dialog: Dialog,
  method: string,
  parts: { sequence?: number; headers?: Headers; body?: string; uri?: string } = {},
): SipRequest {
  const sequence = parts.sequence ?? ++dialog.sequence;
  const to = dialog.remoteTag ? `${dialog.remote};tag=${dialog.remoteTag}` : dialog.remote;
  return {
    kind: "request",
    method,
    uri: parts.uri ?? dialog.target,
    headers: [
      ["Max-Forwards", "70"],
      ["From", `${dialog.local};tag=${dialog.localTag}`],
      ["To", to],
      ["Call-ID", dialog.callId],
      ["CSeq", `${sequence} ${method}`],
      ["Contact", `<${dialog.contact}>`],
      ...(parts.headers ?? []),
    ],
    body: parts.body ?? "",
  };
}

function withoutTag(address: string): string {
  return address.replace(/;\s*tag=[^;>\s]+/i, "");
}

/**
 * The little SDP that a silent phone needs: one audio stream of G.711, and its direction, which is how a phone says "hold".
 */

/** `sendrecv`: talking; `sendonly`: we hold the other; `recvonly`: we are held. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** `version` must rise with every change of one call's description (RFC 4566, 5.2). */
export function describeMedia(host: string, port: number, version: number, direction: Direction): string {
  return [
    "v=0",
    `o=phone 1 ${version} IN IP4 ${host}`,
    "s=call",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} RTP/AVP 0 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    "a=fmtp:101 0-16",
    "a=ptime:20",
    `a=${direction}`,
    "",
  ].join("\r\n");
}

/** What the other side offers, seen from its own end; `sendrecv` where it says nothing. */
export function directionOf(sdp: string): Direction {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(sdp)?.[1];
  return found === "sendonly" || found === "recvonly" || found === "inactive" ? found : "sendrecv";
}

/** The answer that fits an offer: who is held may only listen. */
export function answerTo(offer: Direction): Direction {
  if (offer === "sendonly") return "recvonly";
  if (offer === "recvonly") return "sendonly";
  return offer;
}

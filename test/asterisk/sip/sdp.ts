/**
 * The SDP of a phone: one G.711 audio stream and its direction, by which a phone puts a call on hold.
 */

/** `sendrecv`: talking; `sendonly`: this phone holds the call; `recvonly`: the other side holds it. */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** `version` must increase with each change of a call's description (RFC 4566, 5.2). */
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

/** The direction that the other side offers, from its own point of view. The default is `sendrecv`. */
export function directionOf(sdp: string): Direction {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(sdp)?.[1];
  return found === "sendonly" || found === "recvonly" || found === "inactive" ? found : "sendrecv";
}

/** Where the other side receives audio. Undefined if it offers none. */
export function mediaAddressOf(sdp: string): MediaAddress | undefined {
  const host = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
  const port = Number(/^m=audio (\d+) /m.exec(sdp)?.[1]);
  return host !== undefined && port > 0 ? { host, port } : undefined;
}

export type MediaAddress = Readonly<{ host: string; port: number }>;

/** The answer to an offer: a held phone may only receive. */
export function answerTo(offer: Direction): Direction {
  if (offer === "sendonly") return "recvonly";
  if (offer === "recvonly") return "sendonly";
  return offer;
}

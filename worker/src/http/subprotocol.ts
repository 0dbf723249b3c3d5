/**
 * The subprotocols that a WebSocket offers (AP1): `pbxis`, and `bearer` with a token behind it, which is how a browser
 * can send a token with a WebSocket and outside the URL. Pure.
 */

/** `accepted` is to be sent back: browsers close a WebSocket whose subprotocols nobody accepts. Never the token. */
export type Subprotocols = Readonly<{ accepted: "pbxis" | "bearer" | null; token: string | undefined }>;

export function parseSubprotocols(header: string | null): Subprotocols {
  const offered = (header ?? "").split(",").map((name) => name.trim());
  const bearer = offered.indexOf("bearer");
  const token = bearer < 0 ? undefined : offered[bearer + 1] || undefined;
  if (offered.includes("pbxis")) return { accepted: "pbxis", token };
  return { accepted: token === undefined ? null : "bearer", token };
}

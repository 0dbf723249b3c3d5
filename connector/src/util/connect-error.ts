/** What an error of a connection means, in words, with the system's code for those who search for it. */

export type ConnectError = Readonly<{
  text: string;
  /** `noTls`, `noHttp`: the other side speaks another protocol than the URL or the settings say. */
  kind: "noTls" | "noHttp" | "certificate" | "other";
}>;

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the other side broke the connection",
  EPIPE: "the other side broke the connection",
  ETIMEDOUT: "there is no answer",
  EHOSTUNREACH: "there is no way to this address",
  ENETUNREACH: "there is no way to this network",
  ENOTFOUND: "this name has no address",
  EAI_AGAIN: "no name server answers",
};

const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is signed by an authority that is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is signed by an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT: "the certificate is signed by an authority that is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is signed by an authority that is not trusted",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another name",
};

export function describeConnectError({ code = "", message }: Error & { code?: string }): ConnectError {
  const withCode = (text: string) => `${text} (${code})`;
  const certificate = certificates[code];
  if (certificate) return { text: withCode(certificate), kind: "certificate" };
  if (/CERT|SIGNATURE|ALTNAME|ISSUER/.test(code))
    return { text: withCode("the certificate is not accepted"), kind: "certificate" };
  // A server that speaks plain text first (AMI), or answers a TLS greeting in HTTP.
  if (
    /WRONG_VERSION_NUMBER|wrong version number|PACKET_LENGTH_TOO_LONG|packet length too long/.test(`${code} ${message}`)
  )
    return { text: "the other side does not speak TLS", kind: "noTls" };
  if (code.startsWith("HPE_")) return { text: "the other side does not answer in HTTP", kind: "noHttp" };
  const meaning = meanings[code];
  return { text: meaning ? withCode(meaning) : message.split(";", 1)[0] || code || "unknown error", kind: "other" };
}

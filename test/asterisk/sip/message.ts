/**
 * Parses and encodes SIP messages (RFC 3261, section 7). It must not know sockets, transactions or dialogs.
 */

export type Headers = readonly (readonly [name: string, value: string])[];
export type SipRequest = Readonly<{ kind: "request"; method: string; uri: string; headers: Headers; body: string }>;
export type SipResponse = Readonly<{
  kind: "response";
  status: number;
  reason: string;
  headers: Headers;
  body: string;
}>;
export type SipMessage = SipRequest | SipResponse;

const compactNames: Readonly<Record<string, string>> = {
  v: "via",
  f: "from",
  t: "to",
  i: "call-id",
  m: "contact",
  l: "content-length",
  c: "content-type",
  r: "refer-to",
  b: "referred-by",
};

/** Undefined if the text is not a SIP message, for example a keep-alive. */
export function parseMessage(text: string): SipMessage | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = lines.map(parseHeader);
  const body = text.slice(end + 4);
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first);
  if (response) return { kind: "response", status: Number(response[1]), reason: response[2] ?? "", headers, body };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first);
  if (!request) return undefined;
  return { kind: "request", method: request[1] ?? "", uri: request[2] ?? "", headers, body };
}

function parseHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, colon).trim();
  return [compactNames[name.toLowerCase()] ?? name, line.slice(colon + 1).trim()];
}

export function encodeMessage(message: SipMessage): string {
  const first =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers.map(([name, value]) => `${name}: ${value}`);
  return [first, ...lines, `Content-Length: ${Buffer.byteLength(message.body)}`, "", message.body].join("\r\n");
}

/** All values of a header, in order. */
function allOf(message: SipMessage, name: string): string[] {
  return message.headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** The first value of a header, or an empty text. */
export function headerOf(message: SipMessage, name: string): string {
  return allOf(message, name)[0] ?? "";
}

/** A parameter of a header value, such as `tag` or `branch`. */
export function parameterOf(value: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}=([^;>\\s]+)`, "i").exec(value)?.[1];
}

/** The parts of `"Ann Agent" <sip:1001@host>;tag=x`. `name` is empty if there is none. */
export function parseAddress(value: string): { name: string; user: string; uri: string } {
  const uri = /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0] ?? "";
  const name = /^\s*"((?:[^"\\]|\\.)*)"/.exec(value)?.[1] ?? /^\s*([^<"]*?)\s*</.exec(value)?.[1] ?? "";
  const user = /^sips?:([^@;>]+)@/.exec(uri)?.[1] ?? "";
  return { name: name.replace(/\\(.)/g, "$1"), user: decodeURIComponent(user), uri };
}

/** The response to `request`. `toTag` makes it part of a dialog. */
export function responseTo(
  request: SipRequest,
  status: number,
  reason: string,
  extra: { toTag?: string; headers?: Headers; body?: string } = {},
): SipResponse {
  const to = headerOf(request, "to");
  const tagged = extra.toTag && !parameterOf(to, "tag") ? `${to};tag=${extra.toTag}` : to;
  const headers: Headers = [
    ...allOf(request, "via").map((value) => ["Via", value] as const),
    ...allOf(request, "record-route").map((value) => ["Record-Route", value] as const),
    ["From", headerOf(request, "from")],
    ["To", tagged],
    ["Call-ID", headerOf(request, "call-id")],
    ["CSeq", headerOf(request, "cseq")],
    ...(extra.headers ?? []),
  ];
  return { kind: "response", status, reason, headers, body: extra.body ?? "" };
}

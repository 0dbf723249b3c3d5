/**
 * Which hosts of a URL are public. Messages go out of the worker with what callers' calls are about, so a URL must not
 * make it talk to a machine beside it (SSRF). `host` is the host of a parsed URL: its parser has already made one
 * spelling of the many for an address (decimal, octal, hexadecimal, unicode digits, shortened). Pure.
 */

/** First address and length of the prefix of each range that is not public (IANA's special-purpose registries). */
const privateRanges: readonly (readonly [address: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Of what lies in 2000::/3: protocol assignments with Teredo, documentation, 6to4, which has an IPv4 address in it. */
const privateSixRanges: readonly (readonly [groups: readonly number[], bits: number])[] = [
  [[0x2001, 0x0000], 23],
  [[0x2001, 0x0db8], 32],
  [[0x2002, 0x0000], 16],
  [[0x3fff, 0x0000], 20],
];

/** Names of a machine itself or of a private network, with everything below them. */
const privateNames = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
];

export function isPublicHost(host: string): boolean {
  if (host.startsWith("[")) return isPublicSix(host.slice(1, -1));
  const four = parseFour(host);
  return four === null ? isPublicName(host) : !privateRanges.some((range) => isIn(four, range));
}

/** `localhost` and the addresses of the machine itself. */
export function isLoopback(host: string): boolean {
  const four = parseFour(host);
  return host === "localhost" || host === "[::1]" || (four !== null && four >>> 24 === 127);
}

function isPublicName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  // A name without a dot is one of the local network.
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name)) return false;
  return !privateNames.some((end) => name === end || name.endsWith(`.${end}`));
}

/** Null for a host that is no IPv4 address. */
function parseFour(host: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
  return parts ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}

function isIn(address: number, [first, bits]: readonly [string, number]): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor((parseFour(first) ?? 0) / size);
}

/** Only global unicast (2000::/3) is public: that leaves out addresses with an IPv4 address in them, and local ones. */
function isPublicSix(text: string): boolean {
  const [first = 0, second = 0] = groupsOf(text) ?? [];
  if (first < 0x2000 || first > 0x3fff) return false;
  const start = first * 65_536 + second;
  return !privateSixRanges.some(([[one = 0, other = 0], bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(start / size) === Math.floor((one * 65_536 + other) / size);
  });
}

/** The eight groups of an IPv6 address as a URL spells it: hexadecimal, at most one `::`. */
function groupsOf(text: string): readonly number[] | null {
  const [head = "", tail] = text.split("::");
  const numbers = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const before = numbers(head);
  const after = tail === undefined ? [] : numbers(tail);
  const zeros = 8 - before.length - after.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  return [...before, ...new Array<number>(zeros).fill(0), ...after];
}

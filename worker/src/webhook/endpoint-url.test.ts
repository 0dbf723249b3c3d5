/** AP14: no URL makes the worker talk to a machine beside it, however it is spelled. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkUrl, localWebhooks } from "./endpoint-url.ts";

const remote = { allowLocal: false };
const local = { allowLocal: true };
const ok = (url: string, rules = remote) => checkUrl(url, rules).ok;

describe("AP14 URLs that may be sent to", () => {
  it.each([
    ["https://crm.example/hook?key=1", "https://crm.example/hook?key=1"],
    ["HTTPS://CRM.Example:443/a#b", "https://crm.example/a"],
    ["https://crm.example:8443", "https://crm.example:8443/"],
    ["https://8.8.8.8/", "https://8.8.8.8/"],
    ["https://[2606:4700::1111]/", "https://[2606:4700::1111]/"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["https://172.32.0.1/", "https://172.32.0.1/"],
    ["https://localhost.example/", "https://localhost.example/"],
  ])("%s", (text, url) => {
    expect(checkUrl(text, remote)).toEqual({ ok: true, url });
  });

  it.each([
    ["crm.example/hook", "must be a URL"],
    ["http://crm.example/", "must begin with https:"],
    ["ftp://crm.example/", "must begin with https:"],
    ["file:///etc/passwd", "must begin with https:"],
    ["https://user:secret@crm.example/", "must have no credentials"],
    ["https://crm.example:80/", "must have port 443, or one from 1024 on"],
    ["https://crm.example:22/", "must have port 443, or one from 1024 on"],
    ["https://intranet/", "must name a public host"],
    ["https://db.internal./", "must name a public host"],
  ])("not %s: it %s", (text, message) => {
    expect(checkUrl(text, remote)).toEqual({ ok: false, message });
  });

  it.each(["http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]:8080/"])(
    "%s only with PBXIS_WEBHOOK_LOCAL",
    (url) => {
      expect([ok(url), ok(url, local), ok(url.replace("http", "https"), local)]).toEqual([false, true, false]);
      expect(ok("http://10.0.0.1:8080/", local)).toBe(false);
    },
  );

  it("and PBXIS_WEBHOOK_LOCAL is 1 or absent", () => {
    expect(localWebhooks({})).toEqual({ ok: true, allowLocal: false });
    expect(localWebhooks({ PBXIS_WEBHOOK_LOCAL: "1" })).toEqual({ ok: true, allowLocal: true });
    expect(localWebhooks({ PBXIS_WEBHOOK_LOCAL: "yes" })).toMatchObject({ ok: false });
  });
});

const byte = fc.integer({ min: 0, max: 255 });
type Four = readonly [number, number, number, number];
const four = (first: fc.Arbitrary<number>, second = byte) => fc.tuple(first, second, byte, byte) as fc.Arbitrary<Four>;
const privateFour: fc.Arbitrary<Four> = fc.oneof(
  four(fc.constantFrom(0, 10, 127)),
  four(fc.constant(169), fc.constant(254)),
  four(fc.constant(172), fc.integer({ min: 16, max: 31 })),
  four(fc.constant(192), fc.constant(168)),
  four(fc.constant(100), fc.integer({ min: 64, max: 127 })),
  four(fc.integer({ min: 224, max: 255 })),
);
const publicFour: fc.Arbitrary<Four> = four(fc.constantFrom(1, 8, 9, 44, 93, 104));

/** The last numbers of a shortened address are one. */
const shortened = ([a, b, c, d]: Four, parts: number): number[] => {
  const all = [a, b, c, d];
  const last = all.slice(parts - 1).reduce((sum, part) => sum * 256 + part, 0);
  return [...all.slice(0, parts - 1), last];
};
const radices = [(n: number) => String(n), (n: number) => `0x${n.toString(16)}`, (n: number) => `0${n.toString(8)}`];
const digits = ["０１２３４５６７８９", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "𝟢𝟣𝟤𝟥𝟦𝟧𝟨𝟩𝟪𝟫"].map((text) => [...text]);

/** Every way in which a URL can spell an IPv4 address that is one. */
const spelledFour = (address: fc.Arbitrary<Four>): fc.Arbitrary<string> =>
  fc
    .tuple(
      address,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
      fc.option(fc.nat(2)),
      fc.constantFrom(".", "。", "．"),
      fc.boolean(),
    )
    .map(([value, parts, radix, script, dot, endsInDot]) => {
      const numbers = shortened(value, parts).map((part, index) => radices[radix[index] ?? 0]?.(part) ?? "");
      const text = numbers.join(dot) + (endsInDot ? "." : "");
      return script === null ? text : text.replace(/\d/g, (digit) => digits[script]?.[Number(digit)] ?? digit);
    });

const hex = (high: number, low: number) => ((high << 8) | low).toString(16);
const privateSix: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(privateFour, fc.constantFrom("::ffff:", "::", "64:ff9b::", "::ffff:0:", "2002:", "2001:0:"))
    .map(([[a, b, c, d], prefix]) =>
      prefix.startsWith("200") ? `[${prefix}${hex(a, b)}:${hex(c, d)}::1]` : `[${prefix}${a}.${b}.${c}.${d}]`,
    ),
  fc
    .tuple(fc.constantFrom("fc00", "fd12", "fe80", "febf", "ff02", "fec0", "100", "0", "2001:db8"), byte)
    .map(([prefix, last]) => `[${prefix}::${last.toString(16)}]`),
  fc.constantFrom("[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]"),
);
const privateName = fc
  .tuple(
    fc.constantFrom("", "a.", "metadata.google.", "db-1."),
    fc.constantFrom(
      "localhost",
      "LOCALHOST",
      "local",
      "internal",
      "lan",
      "home.arpa",
      "ｌｏｃａｌｈｏｓｔ",
      "loc%61lhost",
    ),
    fc.constantFrom("", "."),
  )
  .map((parts) => parts.join(""));

const hidden = (host: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.constantFrom("https://", "HTTPS://", "https:/\\", "https:", "ht\ttps://", " https://"),
      fc.constantFrom("", "user@", "user:pass@", "crm.example@", "crm.example:443@", "@"),
      host,
      fc.constantFrom("", ":443", ":0443", ":8443", ":65535"),
      fc.constantFrom("", "/", "/hook?x=https://crm.example", "#@crm.example", "\\@crm.example/", "?@crm.example"),
    )
    .map((parts) => parts.join(""));

it("AP14 ten thousand hostile URLs never reach a private address", () => {
  const host = fc.oneof(spelledFour(privateFour), privateSix, privateName);
  fc.assert(
    fc.property(hidden(host), fc.boolean(), (url, allowLocal) => {
      expect(ok(url, { allowLocal })).toBe(false);
    }),
    { numRuns: 10_000 },
  );
});

it("AP14 the same spellings of a public address are that address", () => {
  const spelled = publicFour.chain((address) => fc.tuple(fc.constant(address), spelledFour(fc.constant(address))));
  fc.assert(
    fc.property(spelled, ([address, text]) => {
      expect(checkUrl(`https://${text}/`, remote)).toEqual({ ok: true, url: `https://${address.join(".")}/` });
    }),
  );
});

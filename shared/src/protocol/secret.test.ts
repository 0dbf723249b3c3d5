import { expect, it } from "vitest";
import { parseSecrets } from "./secret.ts";

const one = "a".repeat(32);
const two = "b".repeat(40);

it.each<[string, string, readonly string[]]>([
  ["one", one, [one]],
  ["one with a line break behind it", `${one}\n`, [one]],
  ["one with a comma behind it", `${one},`, [`${one},`]],
  ["two with a comma", `${two},${one}`, [two, one]],
  ["two with blanks", ` ${two} , ${one} `, [two, one]],
  ["two lines", `${two}\r\n${one}\r\n`, [two, one]],
  ["one sentence with a comma", "a secret for tests only, long enough", ["a secret for tests only, long enough"]],
])("%s", (_title, text, secrets) => {
  const parsed = parseSecrets(text);
  expect(parsed).toMatchObject({ ok: true, secrets: expect.arrayContaining([...secrets]) });
  expect(parsed.ok && parsed.secrets[0]).toBe(secrets[0]);
});

it("two that were one secret until now count as one, too", () => {
  expect(parseSecrets(`${two},${one}`)).toEqual({ ok: true, secrets: [two, one, `${two},${one}`] });
});

it.each([
  ["nothing", " , ", "PBXIS_SECRET must have at least 32 bytes"],
  ["a short one", "x".repeat(31), "PBXIS_SECRET must have at least 32 bytes"],
  ["a long one and a short one", `${one},${"x".repeat(31)}`, "each secret of PBXIS_SECRET must have at least 32 bytes"],
  ["three", `${one},${two},${one}`, "or two with a comma"],
])("%s is refused, without quoting it", (_title, text, message) => {
  const parsed = parseSecrets(text);
  expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  expect(JSON.stringify(parsed)).not.toMatch(/xxx|aaa|bbb/);
});

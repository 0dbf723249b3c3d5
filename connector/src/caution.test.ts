import { expect, it } from "vitest";
import { cautions } from "./caution.ts";
import { parseConfig } from "./config.ts";

const safe = {
  PBXIS_SITE: "hq",
  PBXIS_EDGE_URL: "https://edge.example",
  PBXIS_TOKEN: "not-for-the-log",
  AMI_USERNAME: "pbxis",
  AMI_SECRET: "nor-this",
  PBXIS_DIAL_PATTERN: "\\d{3,4}",
};

it.each<[Record<string, string>, RegExp[]]>([
  [{}, []],
  [{ PBXIS_EDGE_URL: "http://edge.example:8787" }, [/token.*edge\.example:8787; use https:/]],
  [{ PBXIS_EDGE_URL: "ws://10.0.0.5" }, [/PBXIS_EDGE_URL is not encrypted/]],
  [{ PBXIS_EDGE_URL: "http://127.0.0.1:8787" }, []],
  [{ PBXIS_EDGE_URL: "http://localhost:8787" }, []],
  [{ PBXIS_EDGE_URL: "http://[::1]:8787" }, []],
  [{ PBXIS_WATCH_PORT: "9180" }, []],
  [{ PBXIS_WATCH_PORT: "9180", PBXIS_WATCH_HOST: "0.0.0.0" }, [/PBXIS_WATCH_HOST is 0\.0\.0\.0, not loopback.*9180/]],
  [{ PBXIS_WATCH_HOST: "0.0.0.0" }, []],
  [{ PBXIS_DIAL_PATTERN: ".+" }, [/PBXIS_DIAL_PATTERN is its default \.\+/]],
  [{ PBXIS_DIAL_PATTERN: "" }, [/PBXIS_DIAL_PATTERN/]],
  [{ PBXIS_REDACT_NUMBERS: "last4" }, []],
  [{ PBXIS_REDACT_NUMBERS: "last4", PBXIS_REDACT_RECORDINGS: "none" }, [/PBXIS_REDACT_RECORDINGS is none although/]],
])("%j", (values, lines) => {
  const parsed = parseConfig({ ...safe, ...values });
  if (!parsed.ok) throw new Error(parsed.message);
  const said = cautions(parsed.config);
  expect(said).toEqual(lines.map((line) => expect.stringMatching(line)));
  expect(said.join()).not.toMatch(/not-for-the-log|nor-this/);
});

import { SiteError } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import { refusalWords } from "./check.ts";

it.each([
  [new SiteError(401, "unauthorized", "the token has expired"), /does not accept this token: the token has expired/],
  [new SiteError(403, "forbidden", "the token is for another site"), /not good for this site/],
  [new SiteError(0, "network", "fetch failed"), /cannot be reached/],
  [new SiteError(503, "unavailable", "not now"), /Try again/],
  [new Error("oops"), /oops/],
])("%s in words for the one who signs in", (error, words) => {
  expect(refusalWords(error)).toMatch(words);
});

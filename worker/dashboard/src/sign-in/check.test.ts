import { SiteError } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import { refusalText } from "./check.ts";

it.each([
  [new SiteError(401, "unauthorized", "the token has expired"), /does not accept this token: the token has expired/],
  [new SiteError(403, "forbidden", "the token is for another site"), /does not grant access to this site/],
  [new SiteError(0, "network", "fetch failed"), /cannot be reached/],
  [new SiteError(503, "unavailable", "not now"), /Try again/],
  [new Error("oops"), /oops/],
])("%s is explained to the user", (error, text) => {
  expect(refusalText(error)).toMatch(text);
});

import { describe, expect, it } from "vitest";
import type { Freshness } from "../store/store.ts";
import { announcementOf, expiryWarningMs, freshnessText, msUntilExpiry, stopText } from "./freshness-text.ts";

const now = new Date(2026, 0, 5, 12, 10).getTime();
const asOf = new Date(2026, 0, 5, 12, 4, 31).getTime();

describe("the text of the freshness", () => {
  const cases: [Freshness, string, string | null][] = [
    [{ kind: "live" }, "live", null],
    [{ kind: "connecting", reason: null }, "connecting…", null],
    [{ kind: "stale", cause: "connection", asOf }, "as of 12:04:31", "no connection to the server; trying again"],
    [{ kind: "stale", cause: "down", asOf }, "as of 12:04:31", "the connector has lost its connection to Asterisk"],
    [
      { kind: "stale", cause: "offline", asOf },
      "as of 12:04:31",
      "the site is offline: its connector is not connected",
    ],
    [{ kind: "stale", cause: "offline", asOf: 0 }, "no data yet", "no connector has connected for this site"],
    [{ kind: "stopped", reason: "token_expired", asOf }, "as of 12:04:31", "the token has expired"],
    [{ kind: "stopped", reason: "whatever", asOf: null }, "stopped", null],
  ];
  it.each(cases)("%j", (freshness, short, why) => {
    expect(freshnessText(freshness, now)).toEqual({ short, why });
  });

  it("does not change for screen readers while only time passes", () => {
    const later = { kind: "stale", cause: "down", asOf: asOf + 1000 } as const;
    expect(announcementOf({ ...later, asOf })).toBe(announcementOf(later));
    expect(announcementOf({ ...later, cause: "offline" })).not.toBe(announcementOf(later));
  });
});

describe("the token's expiry", () => {
  it("is announced 15 minutes before, and not after it", () => {
    expect(msUntilExpiry(null, now)).toBeNull();
    expect(msUntilExpiry(now + expiryWarningMs + 1, now)).toBeNull();
    expect(msUntilExpiry(now + expiryWarningMs, now)).toBe(expiryWarningMs);
    expect(msUntilExpiry(now, now)).toBeNull();
  });

  it("is distinguished from a token that the server rejects", () => {
    expect(stopText("token_expired", null, now).title).toBe("Your token has expired");
    expect(stopText("the token has expired", now - 1, now).title).toBe("Your token has expired");
    expect(stopText("the token is for another site", now + 1, now)).toEqual({
      title: "Access denied",
      text: "The server rejected this token: the token is for another site.",
    });
  });
});

import { describe, expect, it } from "vitest";
import type { Freshness } from "../store.ts";
import { announcementOf, endingSoon, expiryWarningMs, freshnessWords, stopWords } from "./freshness-words.ts";

const now = new Date(2026, 0, 5, 12, 10).getTime();
const asOf = new Date(2026, 0, 5, 12, 4, 31).getTime();

describe("freshness in words", () => {
  const cases: [Freshness, string, string | null][] = [
    [{ kind: "live" }, "live", null],
    [{ kind: "connecting", because: null }, "connecting …", null],
    [{ kind: "stale", cause: "connection", asOf }, "as of 12:04:31", "no connection to the server; trying again"],
    [{ kind: "stale", cause: "down", asOf }, "as of 12:04:31", "the connector has lost Asterisk"],
    [{ kind: "stale", cause: "offline", asOf }, "as of 12:04:31", "the site is offline: its connector is away"],
    [{ kind: "stale", cause: "offline", asOf: 0 }, "no data yet", "no connector of this site has been here"],
    [{ kind: "stopped", because: "token_expired", asOf }, "as of 12:04:31", "the token has ended"],
    [{ kind: "stopped", because: "whatever", asOf: null }, "stopped", null],
  ];
  it.each(cases)("%j", (freshness, short, why) => {
    expect(freshnessWords(freshness, now)).toEqual({ short, why });
  });

  it("screen readers are told nothing new while only time passes", () => {
    const later = { kind: "stale", cause: "down", asOf: asOf + 1000 } as const;
    expect(announcementOf({ ...later, asOf })).toBe(announcementOf(later));
    expect(announcementOf({ ...later, cause: "offline" })).not.toBe(announcementOf(later));
  });
});

describe("the token's end", () => {
  it("is told in time, and not for ever", () => {
    expect(endingSoon(null, now)).toBeNull();
    expect(endingSoon(now + expiryWarningMs + 1, now)).toBeNull();
    expect(endingSoon(now + expiryWarningMs, now)).toBe(expiryWarningMs);
    expect(endingSoon(now, now)).toBeNull();
  });

  it("is told from a token that the server refuses", () => {
    expect(stopWords("token_expired", null, now).title).toBe("Your token has ended");
    expect(stopWords("the token has expired", now - 1, now).title).toBe("Your token has ended");
    expect(stopWords("the token is for another site", now + 1, now)).toEqual({
      title: "No permission",
      text: "The server refuses this token: the token is for another site.",
    });
  });
});

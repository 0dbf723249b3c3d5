import { describe, expect, it } from "vitest";
import { CommandRates, commandRate, openLimitReached, openLimits, rateSpanMs } from "./limits.ts";

const none = new Map<string, number>();
/** How many commands in a row are accepted at `now`. */
function accepted(rates: CommandRates, subject: string, now: number): number {
  for (let taken = 0; ; taken++) if (!rates.take(subject, now)) return taken;
}

describe("CM16 commands a second", () => {
  it("each grant has a burst, which refills, whatever others send", () => {
    const rates = new CommandRates(none, 0);
    expect(accepted(rates, "a", 0)).toBe(commandRate.burst);
    expect(accepted(rates, "a", 1_000)).toBe(commandRate.perSecond);
    expect(accepted(rates, "b", 1_000)).toBe(commandRate.burst);
    expect(accepted(rates, "a", 1_000 + rateSpanMs)).toBe(commandRate.burst);
  });

  it("an object that wakes continues with what it accepted before", () => {
    const rates = new CommandRates(new Map([["a", commandRate.burst - 3]]), 5_000);
    expect(accepted(rates, "a", 5_000)).toBe(3);
    expect(accepted(rates, "b", 5_000)).toBe(commandRate.burst);
  });

  it("does not give up the rate of a grant that is sending when many others have come", () => {
    const rates = new CommandRates(none, 0);
    accepted(rates, "a", 0);
    for (let other = 0; other < 2_000; other++) rates.take(`other ${other}`, 1);
    expect(accepted(rates, "a", 1)).toBe(0);
  });
});

describe("CM16 commands under way", () => {
  const { ofGrant, ofSite, reserved, few } = openLimits;
  it.each<[string, number, number, ReturnType<typeof openLimitReached>]>([
    ["the first", 0, 0, null],
    ["a grant's last", ofGrant - 1, ofGrant - 1, null],
    ["one too many of a grant", ofGrant, ofGrant, "grant"],
    ["of a flooded site, by who has many", few, ofSite - reserved, "site"],
    ["of a flooded site, by who has few", few - 1, ofSite - 1, null],
    ["of a full site", 0, ofSite, "site"],
  ])("%s", (_title, own, all, reached) => {
    expect(openLimitReached(own, all)).toBe(reached);
  });
});

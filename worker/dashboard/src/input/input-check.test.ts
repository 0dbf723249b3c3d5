import { Command, DialNumber, QueuePause } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanNumber, digitsProblem, numberProblem, penaltyProblem, reasonProblem } from "./input-check.ts";

describe("a number", () => {
  it.each([
    ["+1 (415) 555-0100", "+14155550100"],
    [" 030/123 45.67 ", "0301234567"],
    ["*72#", "*72#"],
    ["front-desk", "front-desk"],
  ])("%s is dialled as %s", (typed, dialled) => {
    expect(cleanNumber(typed)).toBe(dialled);
    expect(numberProblem(dialled)).toBeNull();
  });

  it.each(["", "1001&1002", "a", "12+3", "9".repeat(41), "$[1+1]", "1001@default"])(
    "%s cannot be dialled",
    (number) => {
      expect(numberProblem(number)).toMatch(/\.$/);
    },
  );

  it("CM13 is accepted exactly if the site accepts it, and cleaning is idempotent", () => {
    const alphabet = fc.constantFrom(..."+0123456789*#ab_.-()/ &@$");
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 44 }), (typed) => {
        const number = cleanNumber(typed);
        expect(numberProblem(number) === null).toBe(DialNumber.safeParse(number).success);
        expect(cleanNumber(number)).toBe(number);
      }),
    );
  });
});

describe("a reason", () => {
  it("is accepted exactly if site and connector accept it, and may be omitted", () => {
    expect(reasonProblem("")).toBeNull();
    const unit = fc.constantFrom(..."ab ${[;|\n\u0085é");
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 90 }), (reason) => {
        // The connector rejects ; and |, which separate members in Asterisk's database.
        const isGood =
          QueuePause.safeParse({ type: "queuePause", agent: "1001", reason }).success && !/[;|]/.test(reason);
        expect(reasonProblem(reason) === null).toBe(isGood);
      }),
    );
  });
});

it.each([
  ["", true],
  ["0", true],
  [" 12 ", true],
  ["-1", false],
  ["1.5", false],
  ["1000000000", false],
])("a penalty of '%s' is valid: %s", (text, isValid) => {
  expect(penaltyProblem(text) === null).toBe(isValid);
});

it("CM25 digits are accepted exactly if the site accepts them", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0159*#ADEa+ -"), maxLength: 34 }), (digits) => {
      const isGood = Command.safeParse({ type: "sendDigits", agent: "1001", digits }).success;
      expect(digitsProblem(digits) === null).toBe(isGood);
    }),
  );
});

import { expect, it } from "vitest";
import { readReasonText, storedReasons, takeReasons } from "./reason-list.ts";

function storage() {
  const kept: Record<string, string> = {};
  return {
    kept,
    getItem: (key: string): string | null => kept[key] ?? null,
    setItem: (key: string, value: string): void => {
      kept[key] = value;
    },
  };
}

it("reads one reason a line or between commas, each once", () => {
  expect(readReasonText(" Lunch\n\nTraining, Lunch\r\nMittag: Öl ")).toEqual({
    reasons: ["Lunch", "Training", "Mittag: Öl"],
    problem: null,
  });
  expect(readReasonText("").reasons).toEqual([]);
  expect(readReasonText("Lunch, a|b").problem).toMatch(/^a\|b: .*must not contain/);
  expect(readReasonText(Array.from({ length: 21 }, (_, index) => `r${index}`).join()).problem).toMatch(/At most 20/);
});

it("a link sets the list, a bad one does not, and without any there are usual ones", () => {
  const kept = storage();
  expect(storedReasons(kept)).toContain("Lunch");
  takeReasons("#token=a.b.c&reasons=Coffee%2CMeal+break", kept);
  expect(storedReasons(kept)).toEqual(["Coffee", "Meal break"]);
  for (const hash of ["#/agents", "#/?reasons", "#reasons=%24%7BX%7D"]) takeReasons(hash, kept);
  expect(storedReasons(kept)).toEqual(["Coffee", "Meal break"]);
  kept.setItem("pbxis-reason-list", '["a",1,null]');
  expect(storedReasons(kept)).toEqual(["a"]);
});

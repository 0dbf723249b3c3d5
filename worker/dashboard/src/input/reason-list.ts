/**
 * The pause reasons that the page offers. Each browser has its list; a link with `reasons=Lunch,Training` sets it, so that
 * a center can give all its agents the same. Pure but for the storage.
 */
import { browserStorage, readJson } from "../ui/storage.ts";
import { reasonProblem } from "./input-check.ts";

const listKey = "pbxis-reason-list";
const defaultReasons = ["Break", "Lunch", "Meeting", "Training"] as const;
const maxReasons = 20;

/** `problem` is a text for the user. */
type ReadReasons = Readonly<{ reasons: readonly string[]; problem: string | null }>;

/** The reasons of a text with one a line, or between commas, without duplicates. */
export function readReasonText(text: string): ReadReasons {
  const all = text.split(/[\n,]/).map((one) => one.trim());
  const reasons = [...new Set(all.filter((one) => one !== ""))];
  const problems = reasons.map((reason) => {
    const problem = reasonProblem(reason);
    return problem === null ? null : `${reason}: ${problem}`;
  });
  const tooMany = reasons.length > maxReasons ? `At most ${maxReasons} reasons.` : null;
  return { reasons, problem: problems.find((one) => one !== null) ?? tooMany };
}

export function storedReasons(storage: Pick<Storage, "getItem"> = browserStorage): readonly string[] {
  const stored = readJson(storage, listKey);
  if (!Array.isArray(stored)) return defaultReasons;
  return stored.filter((one): one is string => typeof one === "string").slice(0, maxReasons);
}

export function storeReasons(reasons: readonly string[], storage: Pick<Storage, "setItem"> = browserStorage): void {
  storage.setItem(listKey, JSON.stringify(reasons));
}

/** Stores the list of an address such as `#token=…&reasons=Lunch,Training`, if it has a good one. */
export function takeReasons(hash: string, storage: Pick<Storage, "setItem"> = browserStorage): void {
  const text = new URLSearchParams(hash.replace(/^#\/?/, "")).get("reasons");
  if (text === null) return;
  const { reasons, problem } = readReasonText(text);
  if (problem === null && reasons.length > 0) storeReasons(reasons, storage);
}

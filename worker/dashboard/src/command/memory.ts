/** What this browser remembers of earlier commands: reasons of pauses, and which phone is its user's. */
import { browserStorage, readJson } from "../ui/storage.ts";

type Kept = Pick<Storage, "getItem" | "setItem">;

const reasonsKey = "pbxis-pause-reasons";
const phoneKey = "pbxis-my-phone";
export const maxReasons = 8;

/** The last one first. */
export function readReasons(storage: Pick<Kept, "getItem"> = browserStorage): readonly string[] {
  const kept = readJson(storage, reasonsKey);
  return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, maxReasons) : [];
}

export function keepReason(reason: string, storage: Kept = browserStorage): void {
  if (reason === "") return;
  storage.setItem(reasonsKey, JSON.stringify(withReason(readReasons(storage), reason)));
}

export function withReason(reasons: readonly string[], reason: string): readonly string[] {
  return [reason, ...reasons.filter((one) => one !== reason)].slice(0, maxReasons);
}

export function readPhone(): string {
  return browserStorage.getItem(phoneKey) ?? "";
}

export function keepPhone(phone: string): void {
  browserStorage.setItem(phoneKey, phone);
}

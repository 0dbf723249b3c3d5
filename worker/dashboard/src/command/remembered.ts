/** Input of earlier commands that this browser remembers: pause reasons, and the user's own phone. */
import { browserStorage, readJson } from "../ui/storage.ts";

type ItemStorage = Pick<Storage, "getItem" | "setItem">;

const reasonsKey = "pbxis-pause-reasons";
const phoneKey = "pbxis-my-phone";
export const maxReasons = 8;

/** Newest first. */
export function readReasons(storage: Pick<ItemStorage, "getItem"> = browserStorage): readonly string[] {
  const stored = readJson(storage, reasonsKey);
  if (!Array.isArray(stored)) return [];
  return stored.filter((one): one is string => typeof one === "string").slice(0, maxReasons);
}

export function rememberReason(reason: string, storage: ItemStorage = browserStorage): void {
  if (reason === "") return;
  const others = readReasons(storage).filter((one) => one !== reason);
  storage.setItem(reasonsKey, JSON.stringify([reason, ...others].slice(0, maxReasons)));
}

export function readPhone(): string {
  return browserStorage.getItem(phoneKey) ?? "";
}

export function rememberPhone(phone: string): void {
  browserStorage.setItem(phoneKey, phone);
}

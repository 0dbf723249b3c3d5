/** Input of earlier commands that this browser remembers: pause reasons, destinations, and the user's own phone. */
import { browserStorage, readJson } from "../ui/storage.ts";

type ItemStorage = Pick<Storage, "getItem" | "setItem">;

const reasonsKey = "pbxis-pause-reasons";
const destinationsKey = "pbxis-destinations";
const phoneKey = "pbxis-my-phone";
export const maxRemembered = 8;

/** Newest first. */
export function readReasons(storage: Pick<ItemStorage, "getItem"> = browserStorage): readonly string[] {
  return readList(reasonsKey, storage);
}

export function rememberReason(reason: string, storage: ItemStorage = browserStorage): void {
  remember(reasonsKey, reason, storage);
}

/** Where waiting callers were moved to, newest first. */
export function readDestinations(): readonly string[] {
  return readList(destinationsKey, browserStorage);
}

export function rememberDestination(to: string): void {
  remember(destinationsKey, to, browserStorage);
}

function readList(key: string, storage: Pick<ItemStorage, "getItem">): readonly string[] {
  const stored = readJson(storage, key);
  if (!Array.isArray(stored)) return [];
  return stored.filter((one): one is string => typeof one === "string").slice(0, maxRemembered);
}

function remember(key: string, text: string, storage: ItemStorage): void {
  if (text === "") return;
  const others = readList(key, storage).filter((one) => one !== text);
  storage.setItem(key, JSON.stringify([text, ...others].slice(0, maxRemembered)));
}

export function readPhone(): string {
  return browserStorage.getItem(phoneKey) ?? "";
}

export function rememberPhone(phone: string): void {
  browserStorage.setItem(phoneKey, phone);
}

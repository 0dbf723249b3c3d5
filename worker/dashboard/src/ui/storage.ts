/** Browser storage that never throws: in a private window or with a full disk the page works on without it. */
type ItemStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

function withoutErrors(storage: () => ItemStorage): ItemStorage {
  const attempt = <Value>(use: (storage: ItemStorage) => Value, fallback: Value): Value => {
    try {
      return use(storage());
    } catch {
      return fallback;
    }
  };
  return {
    getItem: (key) => attempt((items) => items.getItem(key), null),
    setItem: (key, value) => attempt((items) => items.setItem(key, value), undefined),
    removeItem: (key) => attempt((items) => items.removeItem(key), undefined),
  };
}

/** Lasts as long as this tab. */
export const tabStorage = withoutErrors(() => sessionStorage);
/** Shared by all tabs of this browser. */
export const browserStorage = withoutErrors(() => localStorage);

/** Undefined if the item is missing or is not JSON. */
export function readJson(storage: Pick<ItemStorage, "getItem">, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? "");
  } catch {
    return undefined;
  }
}

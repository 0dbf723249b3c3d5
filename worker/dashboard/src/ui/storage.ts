/** What is kept in the browser, where it lets us: a private window or a full disk must not stop the page. */
type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function safely(storage: () => Kept): Kept {
  const attempt = <Value>(act: (from: Kept) => Value, otherwise: Value): Value => {
    try {
      return act(storage());
    } catch {
      return otherwise;
    }
  };
  return {
    getItem: (key) => attempt((from) => from.getItem(key), null),
    setItem: (key, value) => attempt((from) => from.setItem(key, value), undefined),
    removeItem: (key) => attempt((from) => from.removeItem(key), undefined),
  };
}

/** For this tab only. */
export const tabStorage = safely(() => sessionStorage);
/** For this browser. */
export const browserStorage = safely(() => localStorage);

/** Undefined for what is absent or no JSON. */
export function readJson(storage: Pick<Kept, "getItem">, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? "");
  } catch {
    return undefined;
  }
}

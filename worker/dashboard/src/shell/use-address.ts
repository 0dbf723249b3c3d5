/**
 * What a view keeps in the address, such as its filter, so that it can be bookmarked and shared. Changes add no entries
 * to the browser's history.
 */
import { useEffect, useState } from "preact/hooks";

/** `parse` reads the address's hash, whatever it holds; `format` makes one from which `parse` gives the same. */
export function useAddress<Value>(
  parse: (hash: string) => Value,
  format: (value: Value) => string,
): readonly [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => parse(location.hash));
  useEffect(() => {
    const onHash = (): void => setValue(parse(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [parse]);
  return [
    value,
    (next) => {
      setValue(next);
      history.replaceState(null, "", format(next));
    },
  ];
}

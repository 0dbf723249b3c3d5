/** The route of the address, anew whenever that changes. */
import { useEffect, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.ts";

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener("hashchange", onChange);
    // It may have changed between the first drawing and now.
    onChange();
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return parseRoute(hash);
}

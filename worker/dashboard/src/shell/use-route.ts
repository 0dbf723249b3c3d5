/** The current route. The component is redrawn when the address changes. */
import { useEffect, useState } from "preact/hooks";
import { parseRoute, type Route } from "./route.ts";

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onChange = (): void => setHash(location.hash);
    addEventListener("hashchange", onChange);
    // The address may have changed between the first render and this effect.
    onChange();
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return parseRoute(hash);
}

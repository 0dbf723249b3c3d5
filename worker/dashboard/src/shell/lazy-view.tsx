/** Views whose scripts are loaded when they are first opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice } from "./notice.tsx";

/** The view that `load` gives, with a notice in its place until it is there. It is loaded once. */
export function lazyView<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let View: ComponentType<Props> | null = null;
  return function LazyView(props: Props) {
    const [state, setState] = useState<"loading" | "loaded" | "failed">("loading");
    useEffect(() => {
      if (View) return;
      load().then(
        (view) => {
          View = view;
          setState("loaded");
        },
        () => setState("failed"),
      );
    }, []);
    if (View) return <View {...props} />;
    return state === "failed" ? <NotLoaded /> : <p class="sh-wait">Loading…</p>;
  };
}

/** Most likely there is a newer version of the page, and this one's files are gone. */
function NotLoaded() {
  return (
    <Notice title="This view could not be loaded">
      <p role="alert">There may be a newer version of this page, or no connection to the server.</p>
      <button class="ui-button" type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
    </Notice>
  );
}

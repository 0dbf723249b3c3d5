/** Begins to run the hooks' page in a browser. */
import { hydrateRoot } from "react-dom/client";
import { page, seen } from "./hooks-page.ts";

function countFrames(): void {
  seen.frame += 1;
  requestAnimationFrame(countFrames);
}

Object.assign(globalThis, { seen });
requestAnimationFrame(countFrames);
hydrateRoot(document.getElementById("root") as HTMLElement, page());

/** The page's beginning: the theme, who is signed in, and the first view in place of the one that came with the page. */
import { render } from "preact";
import { App, readStart } from "./app.tsx";
import { applyTheme, readTheme } from "./shell/theme.ts";

applyTheme(readTheme());
const start = readStart();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App start={start} />, root);
}

/** Entry point: applies the theme, reads the token and replaces the loading screen of `index.html`. */
import { render } from "preact";
import { App, readArrival } from "./app.tsx";
import { applyTheme, readTheme } from "./shell/theme.ts";

applyTheme(readTheme());
const initial = readArrival();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App initial={initial} />, root);
}

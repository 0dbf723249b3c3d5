/**
 * The theme: dark, light or the system's. It is an attribute of the document, which the styles use, and is stored in
 * the browser.
 */
import { browserStorage } from "../ui/storage.ts";

const key = "pbxis-theme";
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export function readTheme(): Theme {
  const kept = browserStorage.getItem(key);
  return themes.find((theme) => theme === kept) ?? "system";
}

export function applyTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  browserStorage.setItem(key, theme);
}

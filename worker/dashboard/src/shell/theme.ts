/** Dark, light, or what the system says: an attribute of the document that the styles know, kept in the browser. */
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

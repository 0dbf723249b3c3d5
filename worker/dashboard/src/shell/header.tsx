/** The header of the page: site, views, freshness, theme, kiosk mode and sign-out. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { allSites } from "../store/token.ts";
import { Icon } from "../ui/icon.tsx";
import { FreshnessLine } from "./freshness-line.tsx";
import { hrefOf, type Route } from "./route.ts";
import { applyTheme, readTheme, type Theme, themes } from "./theme.ts";

type Props = Readonly<{
  /** May be `allSites`, which has no calls and no reports. */
  site: string;
  route: Route;
  sites: readonly string[];
  onSite: (site: string) => void;
  onSignOut: () => void;
  /** In place of the freshness of one site. */
  children?: ComponentChildren;
}>;

export function Header({ site, route, sites, onSite, onSignOut, children }: Props) {
  const isOne = site !== allSites;
  return (
    <header class="sh-header">
      <a class="sh-brand" href={hrefOf({ view: "wallboard" })} aria-label="pbxis: wallboard">
        pbxis
      </a>
      {sites.length > 1 ? (
        <select
          class="ui-select"
          aria-label="Site"
          value={site}
          onChange={(event) => onSite(event.currentTarget.value)}
        >
          <option value={allSites}>All sites</option>
          {sites.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        <span class="sh-site">{site}</span>
      )}
      <nav class="sh-nav" aria-label="Views">
        <NavLink
          to={{ view: "wallboard" }}
          isHere={route.view === "wallboard" || route.view === "queue"}
          text="Wallboard"
        />
        <NavLink
          to={{ view: "agents", queue: null }}
          isHere={route.view === "agents" || route.view === "agent"}
          text="Agents"
        />
        {isOne && <NavLink to={{ view: "calls" }} isHere={route.view === "calls"} text="Calls" />}
        {isOne && <NavLink to={{ view: "reports" }} isHere={route.view === "reports"} text="Reports" />}
      </nav>
      {children ?? <FreshnessLine />}
      <div class="sh-tools">
        <ThemeChoice />
        <a class="ui-button" href={hrefOf({ view: "kiosk" })}>
          <Icon name="screen" /> Kiosk
        </a>
        <button class="ui-button" type="button" onClick={onSignOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}

function NavLink({ to, isHere, text }: Readonly<{ to: Route; isHere: boolean; text: string }>) {
  return (
    <a href={hrefOf(to)} aria-current={isHere ? "page" : undefined}>
      {text}
    </a>
  );
}

const themeLabels: Readonly<Record<Theme, string>> = { system: "Auto", light: "Light", dark: "Dark" };

export function ThemeChoice() {
  const [theme, setTheme] = useState(readTheme);
  const choose = (chosen: Theme): void => {
    applyTheme(chosen);
    setTheme(chosen);
  };
  return (
    <select
      class="ui-select"
      aria-label="Theme"
      value={theme}
      onChange={(event) => choose(themes.find((one) => one === event.currentTarget.value) ?? "system")}
    >
      {themes.map((one) => (
        <option key={one} value={one}>
          {themeLabels[one]}
        </option>
      ))}
    </select>
  );
}

/**
 * Shows the sign-in form or the signed-in page, and owns the store of the signed-in site. A new sign-in replaces both.
 */
import { connectSite } from "@pbxis/shared/client";
import { useEffect, useState } from "preact/hooks";
import { recordRecent } from "./agent-page/use-recent.ts";
import { HistoryContext } from "./history/context.ts";
import { type History, readHistory } from "./history/history.ts";
import { takeReasons } from "./input/reason-list.ts";
import { ThemeChoice } from "./shell/header.tsx";
import { lazyView } from "./shell/lazy-view.tsx";
import { ReplaceDialog } from "./sign-in/replace-dialog.tsx";
import { SignInForm } from "./sign-in/sign-in-form.tsx";
import { SignedInPage } from "./signed-in.tsx";
import { createStore, type Store } from "./store/store.ts";
import {
  allSites,
  checkToken,
  chooseToken,
  claimsAt,
  forgetToken,
  type SignedIn,
  siteChoices,
  storedToken,
  storeToken,
  tokenIn,
} from "./store/token.ts";
import { StoreContext } from "./ui/hooks.ts";
import { tabStorage } from "./ui/storage.ts";

export type SignInState =
  | Readonly<{ kind: "in"; signedIn: SignedIn }>
  /** `token` is a valid token whose site has not been chosen yet; `problem` is shown above the form. */
  | Readonly<{ kind: "out"; token: string | null; problem: string | null }>;

const siteKey = "pbxis-site";

const AdminPage = lazyView(async () => (await import("./webhooks/admin-page.tsx")).AdminPage);
const SitesPage = lazyView(async () => (await import("./sites/sites-page.tsx")).SitesPage);

/** `offered`: a link's token, while the tab is signed in with another one. */
export type Arrival = Readonly<{ signIn: SignInState; offered: string | null }>;

/**
 * Reads the token from the address and from this tab's storage. A token in the address is removed from it first, so
 * that it does not stay in the browser's history.
 */
export function readArrival(): Arrival {
  const given = tokenIn(location.hash);
  takeReasons(location.hash);
  const view = new URLSearchParams(location.hash.slice(1)).get("view") ?? "";
  if (given !== null) history.replaceState(null, "", `${location.pathname}#/${view}`);
  const { token, offered } = chooseToken(given, storedToken(tabStorage), Date.now());
  return { signIn: token === null ? signedOut : signInWith(token), offered };
}

const signedOut: Extract<SignInState, { kind: "out" }> = { kind: "out", token: null, problem: null };

/** Stores the token for this tab, unless it cannot be used. */
function signInWith(token: string): SignInState {
  const check = checkToken(token, Date.now());
  if (!check.ok) {
    forgetToken(tabStorage);
    return { ...signedOut, problem: check.problem };
  }
  storeToken(token, tabStorage);
  const { claims } = check;
  const known = tabStorage.getItem(siteKey);
  const choices = siteChoices(claims);
  const site = choices.find((name) => name === known) ?? (choices.length === 1 ? choices[0] : undefined);
  return site === undefined ? { kind: "out", token, problem: null } : { kind: "in", signedIn: { token, site, claims } };
}

export function App({ initial }: Readonly<{ initial: Arrival }>) {
  const [{ signIn, offered }, setArrival] = useState(initial);
  const setSignIn = (next: SignInState): void => setArrival({ signIn: next, offered: null });
  // Follows a link with a token while the page is open.
  useEffect(() => {
    const onHash = (): void => {
      if (tokenIn(location.hash) === null) return;
      setArrival(readArrival());
      // `readArrival` changed the address by `replaceState`, which fires no event, and the views follow the event.
      dispatchEvent(new Event("hashchange"));
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  const onSignedIn = (signedIn: SignedIn): void => {
    storeToken(signedIn.token, tabStorage);
    tabStorage.setItem(siteKey, signedIn.site);
    setSignIn({ kind: "in", signedIn });
  };
  const onSignOut = (): void => {
    forgetToken(tabStorage);
    tabStorage.removeItem(siteKey);
    setSignIn(signedOut);
  };
  const question = offered !== null && (
    <ReplaceDialog
      token={offered}
      onReplace={() => setSignIn(signInWith(offered))}
      onKeep={() => setArrival({ signIn, offered: null })}
    />
  );
  if (signIn.kind === "out")
    return (
      <>
        {question}
        <header class="sh-header">
          <span class="sh-brand">pbxis</span>
          <div class="sh-tools">
            <ThemeChoice />
          </div>
        </header>
        <main class="sh-main">
          <SignInForm key={signIn.token} problem={signIn.problem} token={signIn.token} onSignedIn={onSignedIn} />
        </main>
      </>
    );
  const { signedIn } = signIn;
  const onSite = (site: string): void => onSignedIn({ ...signedIn, site });
  if (signedIn.claims.isAdmin)
    return (
      <>
        {question}
        <AdminPage key={signedIn.token} signedIn={signedIn} onSite={onSite} onSignOut={onSignOut} />
      </>
    );
  if (signedIn.site === allSites)
    return (
      <>
        {question}
        <SitesPage
          key={signedIn.token}
          signedIn={signedIn}
          schedule={scheduleRedraw}
          onSite={onSite}
          onSignOut={onSignOut}
        />
      </>
    );
  return (
    <>
      {question}
      <WithStore key={`${signedIn.site} ${signedIn.token}`} signedIn={signedIn}>
        <SignedInPage onSite={onSite} onSignOut={onSignOut} />
      </WithStore>
    </>
  );
}

type SiteData = Readonly<{ store: Store; history: History }>;

function WithStore({ signedIn, children }: Readonly<{ signedIn: SignedIn; children: preact.ComponentChildren }>) {
  const [data] = useState<SiteData>(() => {
    const client = connectSite({ url: location.origin, token: signedIn.token, site: signedIn.site });
    const own = { ...signedIn, claims: claimsAt(signedIn.claims, signedIn.site) };
    const store = createStore({ client, signedIn: own, schedule: scheduleRedraw, now: Date.now });
    recordRecent(store);
    return { store, history: readHistory(store) };
  });
  useEffect(
    () => () => {
      data.history.close();
      data.store.close();
    },
    [data],
  );
  return (
    <StoreContext.Provider value={data.store}>
      <HistoryContext.Provider value={data.history}>{children}</HistoryContext.Provider>
    </StoreContext.Provider>
  );
}

/** Without this minimum between redraws, a site with a thousand agents would be redrawn sixty times a second. */
const redrawMs = 100;
let drawnAt = 0;

/**
 * Redraws in the next animation frame. A page in the background gets no animation frames; it is redrawn by the timer
 * alone, because its title still shows how many callers are waiting.
 */
function scheduleRedraw(run: () => void): void {
  const draw = (): void => {
    drawnAt = performance.now();
    run();
  };
  const wait = Math.max(0, drawnAt + redrawMs - performance.now());
  setTimeout(() => (document.hidden ? draw() : requestAnimationFrame(draw)), wait);
}

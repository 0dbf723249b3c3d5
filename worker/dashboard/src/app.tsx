/** Who is signed in, and the one store of that: the page changes with it as a whole. */
import { connectSite } from "@pbxis/shared/client";
import { useEffect, useState } from "preact/hooks";
import { keepRecent } from "./agent/use-recent.ts";
import { type History, recordHistory } from "./history/recorder.ts";
import { forgetToken, judgeToken, keepToken, type SignedIn, takeToken, tokenIn } from "./session.ts";
import { ThemeChoice } from "./shell/header.tsx";
import { SignInForm } from "./sign-in/sign-in-form.tsx";
import { SignedInPage } from "./signed-in.tsx";
import { createStore, type Store } from "./store.ts";
import { HistoryContext, StoreContext } from "./ui/hooks.ts";
import { tabStorage } from "./ui/storage.ts";

export type Start =
  | Readonly<{ kind: "in"; signedIn: SignedIn }>
  | Readonly<{ kind: "out"; token: string | null; fault: string | null }>;

const siteKey = "pbxis-site";

/** By the address or by what this tab remembers. The token leaves the address before anything else happens. */
export function readStart(): Start {
  const given = tokenIn(location.hash);
  const view = new URLSearchParams(location.hash.slice(1)).get("view") ?? "";
  const token = takeToken(location.hash, tabStorage);
  if (given !== null) history.replaceState(null, "", `${location.pathname}#/${view}`);
  if (token === null) return { kind: "out", token: null, fault: null };
  const judged = judgeToken(token, Date.now());
  if (!judged.ok) {
    forgetToken(tabStorage);
    return { kind: "out", token: null, fault: judged.fault };
  }
  const { claims } = judged;
  const known = tabStorage.getItem(siteKey);
  const site = claims.sites.find((name) => name === known) ?? (claims.sites.length === 1 ? claims.sites[0] : undefined);
  return site === undefined ? { kind: "out", token, fault: null } : { kind: "in", signedIn: { token, site, claims } };
}

export function App({ start }: Readonly<{ start: Start }>) {
  const [session, setSession] = useState(start);
  // A link with a token that is followed while the page is open.
  useEffect(() => {
    const onHash = (): void => {
      if (tokenIn(location.hash) === null) return;
      setSession(readStart());
      // The views follow the address, which has changed without an event.
      dispatchEvent(new Event("hashchange"));
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  const signIn = (signedIn: SignedIn): void => {
    keepToken(signedIn.token, tabStorage);
    tabStorage.setItem(siteKey, signedIn.site);
    setSession({ kind: "in", signedIn });
  };
  const signOut = (): void => {
    forgetToken(tabStorage);
    tabStorage.removeItem(siteKey);
    setSession({ kind: "out", token: null, fault: null });
  };
  if (session.kind === "out")
    return (
      <>
        <header class="sh-header">
          <span class="sh-brand">pbxis</span>
          <div class="sh-tools">
            <ThemeChoice />
          </div>
        </header>
        <main class="sh-main">
          <SignInForm key={session.token} fault={session.fault} token={session.token} onSignedIn={signIn} />
        </main>
      </>
    );
  const { signedIn } = session;
  return (
    <WithStore key={`${signedIn.site} ${signedIn.token}`} signedIn={signedIn}>
      <SignedInPage onSite={(site) => signIn({ ...signedIn, site })} onSignOut={signOut} />
    </WithStore>
  );
}

type Live = Readonly<{ store: Store; history: History }>;

function WithStore({ signedIn, children }: Readonly<{ signedIn: SignedIn; children: preact.ComponentChildren }>) {
  const [live] = useState<Live>(() => {
    const client = connectSite({ url: location.origin, token: signedIn.token, site: signedIn.site });
    const store = createStore({ client, signedIn, schedule: requestSoon, now: Date.now });
    keepRecent(store);
    return { store, history: recordHistory(store, Date.now) };
  });
  useEffect(
    () => () => {
      live.history.close();
      live.store.close();
    },
    [live],
  );
  return (
    <StoreContext.Provider value={live.store}>
      <HistoryContext.Provider value={live.history}>{children}</HistoryContext.Provider>
    </StoreContext.Provider>
  );
}

/** Nobody reads faster than this; a site with a thousand agents would otherwise be drawn anew sixty times a second. */
const redrawMs = 100;
let drawnAt = 0;

/** With the next frame of the screen, but for a page in the background: that gets none, and its title still tells how many wait. */
function requestSoon(run: () => void): void {
  const draw = (): void => {
    drawnAt = performance.now();
    run();
  };
  const wait = Math.max(0, drawnAt + redrawMs - performance.now());
  setTimeout(() => (document.hidden ? draw() : requestAnimationFrame(draw)), wait);
}

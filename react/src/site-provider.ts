/** The component that subscribes at a site, for the hooks below it. */
import type { SiteClient, Subscription } from "@pbxis/shared/client";
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect, useMemo } from "react";
import { nextFrame } from "./frame.ts";
import { createSiteStore, type SiteStore } from "./site-store.ts";

export type SiteProviderProps = Readonly<{
  /** From `connectSite`, made once outside of components: another client is another connection. */
  client: SiteClient;
  /** Everything that the token grants by default. It may be written in place: only another content subscribes anew. */
  subscription?: Subscription;
  children?: ReactNode;
}>;

const SiteContext = createContext<SiteStore | null>(null);
const everything: Subscription = { agents: "*", queues: "*" };

/** Connects when it is mounted, and never on a server: what is rendered there shows no values yet. */
export function SiteProvider({ client, subscription = everything, children }: SiteProviderProps): ReactElement {
  const content = JSON.stringify(subscription);
  const store = useMemo(() => createSiteStore(client, JSON.parse(content), nextFrame), [client, content]);
  useEffect(() => store.open(), [store]);
  return createElement(SiteContext.Provider, { value: store }, children);
}

/** @throws Error outside of a SiteProvider. */
export function useSiteStore(): SiteStore {
  const store = useContext(SiteContext);
  if (!store) throw new Error("hooks of @pbxis/react need a <SiteProvider> around the component");
  return store;
}

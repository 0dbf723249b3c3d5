/** Gives the views the history of the signed-in site; null outside of the signed-in page. */
import { createContext } from "preact";
import type { History } from "./history.ts";

export const HistoryContext = createContext<History | null>(null);

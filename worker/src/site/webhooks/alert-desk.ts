/**
 * The alerts of a site (EV24): compares the thresholds of its endpoints with its states, in each turn in which a state
 * of one of their queues changed or time passed. What is crossed is stored in one row, written when that changes, so
 * that an eviction neither repeats an alert nor forgets one.
 */
import type { AlertRule, Webhook } from "@pbxis/shared";
import { logUnreadable, readValue } from "../../stored.ts";
import type { SiteMemory } from "../log/memory.ts";
import { append, type Commit } from "../uplink/ingress.ts";
import { queuesIn, stepAlerts, type Watches, Watches as WatchesSchema } from "./alerts.ts";
import { alertKey } from "./page.ts";
import type { WebhookStore } from "./webhook-store.ts";

const version = 1;

export type AlertDeskOptions = Readonly<{
  site: string;
  store: WebhookStore;
  memory: SiteMemory;
  /** Stores a commit and delivers what it logged; `alongside` writes in the same transaction. */
  commit: (commit: Commit, now: number, alongside: () => void) => void;
  /** Runs a write; restarts the object if it fails. */
  write: (write: () => void) => void;
}>;

export class AlertDesk {
  readonly #options: AlertDeskOptions;
  #rules: readonly AlertRule[] = [];
  #queues: ReadonlySet<string> = new Set();
  #watches: Watches = {};
  /** When time alone may change something (ms); the past, once a state changed. */
  #dueAt: number | null = null;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
    const { site, store } = options;
    const body = store.alerts();
    if (body === null) return;
    const watches = readValue(WatchesSchema, version, body);
    if (watches.ok) this.#watches = watches.value;
    else logUnreadable({ object: site, store: "alerts" }, watches, "alerts that are active are sent again");
  }

  /** The endpoints that send, whenever they change. */
  set(active: readonly Webhook[]): void {
    const rules = new Map(active.flatMap(({ alerts }) => alerts.map((rule) => [alertKey(rule), rule])));
    this.#rules = [...rules.values()];
    this.#queues = new Set(this.#rules.map(({ queue }) => queue));
    this.#look();
  }

  /** Each commit comes here. A change of the link and a new epoch concern all rules. */
  gather({ items, newEpoch }: Pick<Commit, "items" | "newEpoch">): void {
    if (this.#rules.length === 0) return;
    const isForAll = newEpoch || items.some(({ type }) => type === "link");
    if (isForAll || [...queuesIn(items)].some((queue) => this.#queues.has(queue))) this.#look();
  }

  /** When `publish` may have something to do, in ms. */
  dueAt(): number | null {
    return this.#dueAt;
  }

  /** Sends what is due. */
  publish(now: number): void {
    if (this.#dueAt === null || now < this.#dueAt) return;
    const { memory, store, commit, write } = this.#options;
    if (memory.meta.link !== "up") {
      this.#dueAt = null;
      return;
    }
    const { watches, events, dueAt } = stepAlerts(this.#rules, this.#watches, memory.states, now);
    const body = JSON.stringify(watches);
    const isChanged = body !== JSON.stringify(this.#watches);
    this.#watches = watches;
    const save = () => {
      if (isChanged) store.putAlerts(body);
    };
    if (events.length === 0) write(save);
    else
      commit({ ...append(memory.meta, events, now), replaceStates: null, parts: "keep", newEpoch: false }, now, save);
    this.#dueAt = dueAt;
  }

  #look(): void {
    this.#dueAt = this.#rules.length === 0 && Object.keys(this.#watches).length === 0 ? null : 0;
  }
}

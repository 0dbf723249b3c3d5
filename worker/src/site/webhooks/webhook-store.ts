/** The endpoints of a site in SQLite (AP14): a row for each. Their positions are with their own objects. */
import { Webhook } from "@pbxis/shared";
import * as z from "zod";
import { CursorObject } from "../../filter.ts";
import { logUnreadable, readValue } from "../../stored.ts";
import { openTables, type TableSet } from "../tables.ts";

export const webhookTables: TableSet = {
  name: "webhooks",
  version: 1,
  columns: {
    webhook: "id TEXT PRIMARY KEY, body TEXT NOT NULL",
    alerts: "id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL",
  },
  withoutRowid: ["webhook"],
};

/**
 * `secrets`: the newest first; `until` (ms) is when an older one signs no more. `from`: where the log was when the
 * endpoint was made. `isRemoved`: its object is still to be emptied.
 */
const Entry = z
  .object({
    webhook: Webhook,
    secrets: z.array(z.object({ secret: z.string(), until: z.number().nullable() }).readonly()).readonly(),
    from: CursorObject,
    isRemoved: z.boolean(),
  })
  .readonly();
export type Entry = z.infer<typeof Entry>;

export class WebhookStore {
  readonly #sql: SqlStorage;
  readonly #entries = new Map<string, Entry>();

  /** `site` names it in the worker's log. */
  constructor(sql: SqlStorage, site: string) {
    this.#sql = sql;
    const place = { object: site, store: "webhooks" };
    const replaced = openTables(sql, webhookTables);
    if (replaced) logUnreadable(place, replaced, "there are no webhooks any more: create them again");
    for (const { id, body } of sql.exec<{ id: string; body: string }>("SELECT id, body FROM webhook ORDER BY id")) {
      const entry = readValue(Entry, webhookTables.version, body);
      if (entry.ok) this.#entries.set(id, entry.value);
      else logUnreadable({ ...place, item: id }, entry, "it sends nothing: create it again");
    }
  }

  /** In the order in which they were made. */
  all(): readonly Entry[] {
    return [...this.#entries.values()].sort((one, other) => one.webhook.createdAt - other.webhook.createdAt);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  put(entry: Entry): void {
    const { id } = entry.webhook;
    this.#sql.exec("INSERT OR REPLACE INTO webhook VALUES (?, ?)", id, JSON.stringify(entry));
    this.#entries.set(id, entry);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM webhook WHERE id = ?", id);
    this.#entries.delete(id);
  }

  /** What is known of the alerts, as text; null for nothing. */
  alerts(): string | null {
    const [row] = this.#sql.exec<{ body: string }>("SELECT body FROM alerts").toArray();
    return row?.body ?? null;
  }

  putAlerts(body: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO alerts VALUES (1, ?)", body);
  }
}

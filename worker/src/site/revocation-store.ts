/**
 * The site's revoked tokens in SQLite (AP17): a row for each, and one for each role of which older tokens are void. A
 * row is kept as long as its token could live: until the end that the admin has named, else for ever.
 */
import type { RevocationRequest, TokenRef } from "@pbxis/shared";
import { isRevoked, type Revoked } from "../auth/revoked.ts";
import { logUnreadable } from "../stored.ts";
import type { RevokedList } from "./api.ts";
import { openTables, type TableSet } from "./tables.ts";

export const revocationTables: TableSet = {
  name: "revocations",
  version: 1,
  columns: {
    revoked_token: "id TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER",
    revoked_role: "role TEXT PRIMARY KEY, at INTEGER NOT NULL, before REAL NOT NULL",
  },
  withoutRowid: ["revoked_token", "revoked_role"],
};

/** Tokens. An admin who needs more revokes by time. */
const maxTokens = 10_000;
/** For so long each delivery carries what was revoked, ms: longer than any delivery is repeated. */
const recentMs = 600_000;
/** A token counts a little beyond its end. */
const slackMs = 60_000;

const roles = ["client", "connector", "operator", "admin"] as const satisfies readonly TokenRef["role"][];

type Row = Readonly<{ id: string; at: number }>;
type RoleRow = Readonly<{ role: TokenRef["role"]; at: number; before: number }>;

export class RevocationStore {
  readonly #sql: SqlStorage;
  readonly #createVersion: () => string;
  #rows: readonly Row[];
  #roles: readonly RoleRow[];
  #version: string;

  /** `site` names it in the worker's log. `createVersion` makes a text that was never made before. */
  constructor(sql: SqlStorage, site: string, createVersion: () => string) {
    this.#sql = sql;
    this.#createVersion = createVersion;
    const replaced = openTables(sql, revocationTables);
    const action = "no token is revoked any more: revoke them again";
    if (replaced) logUnreadable({ object: site, store: "revocations" }, replaced, action);
    this.#version = createVersion();
    this.#rows = sql.exec<Row>("SELECT id, at FROM revoked_token").toArray();
    this.#roles = sql.exec<RoleRow>("SELECT * FROM revoked_role").toArray();
  }

  /** `id` is the digest of the request's `jti`. Returns how many revocations there are, or null for one too many. */
  add(request: RevocationRequest, id: string, now: number): number | null {
    this.#sql.exec("DELETE FROM revoked_token WHERE until < ?", now - slackMs);
    if ("jti" in request) {
      const { size } = this.#sql.exec<{ size: number }>("SELECT count(*) AS size FROM revoked_token").one();
      if (size >= maxTokens) return null;
      const until = request.exp === undefined ? null : Math.ceil(request.exp * 1000);
      this.#sql.exec("INSERT OR REPLACE INTO revoked_token VALUES (?, ?, ?)", id, now, until);
    } else
      for (const role of request.role ? [request.role] : roles)
        this.#sql.exec(
          `INSERT INTO revoked_role VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET at = excluded.at, before = max(before, excluded.before)`,
          ...[role, now, request.issuedBefore],
        );
    this.#rows = this.#sql.exec<Row>("SELECT id, at FROM revoked_token").toArray();
    this.#roles = this.#sql.exec<RoleRow>("SELECT * FROM revoked_role").toArray();
    this.#version = this.#createVersion();
    return this.#rows.length + this.#roles.length;
  }

  isRevoked(token: TokenRef): boolean {
    return isRevoked(token, this.#since(0));
  }

  /** All of them, for a scope object that has another version; null if there is nothing to know. */
  listFor(version: string | null): RevokedList | null {
    if (version === this.#version || (version === null && this.#rows.length + this.#roles.length === 0)) return null;
    return { version: this.#version, revoked: this.#since(0) };
  }

  /** What was revoked a short time ago; null if nothing was. */
  recent(now: number): Revoked | null {
    const recent = this.#since(now - recentMs);
    return recent.ids.length > 0 || Object.keys(recent.before).length > 0 ? recent : null;
  }

  #since(since: number): Revoked {
    return {
      ids: this.#rows.filter(({ at }) => at >= since).map(({ id }) => id),
      before: Object.fromEntries(this.#roles.filter(({ at }) => at >= since).map(({ role, before }) => [role, before])),
    };
  }
}

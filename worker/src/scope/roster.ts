/** The connections of one object: the platform's list of sockets, with a `Connection` for each. */
import { isRevoked, type Revoked } from "../auth/revoked.ts";
import type { ConnectInfo } from "./connect.ts";
import { Connection } from "./connection.ts";
import { FilterTable } from "./filter-table.ts";

export class Roster {
  readonly #object: string;
  readonly #sockets: () => WebSocket[];
  readonly #known = new Map<WebSocket, Connection>();
  readonly #filters = new FilterTable();
  #isLoaded = false;

  /** `object` names the scope object in the worker's log. */
  constructor(object: string, sockets: () => WebSocket[]) {
    this.#object = object;
    this.#sockets = sockets;
  }

  /**
   * All connections that are not closed, also before their first frames. The platform is asked once, on waking: its
   * list costs more than a delivery.
   */
  open(): Connection[] {
    if (!this.#isLoaded) for (const socket of this.#sockets()) this.of(socket);
    this.#isLoaded = true;
    const open: Connection[] = [];
    for (const [socket, connection] of this.#known)
      if (connection.standing.kind === "closed") {
        this.#known.delete(socket);
        this.#filters.release(connection.shared);
      } else open.push(connection);
    return open;
  }

  /** Closes those whose grant has ended. Returns when the next one ends, in ms; null for never. */
  closeExpired(now: number): number | null {
    let next: number | null = null;
    for (const connection of this.open()) {
      const { expiresAt } = connection;
      if (expiresAt === null) continue;
      if (expiresAt <= now) connection.close("token_expired");
      else next = Math.min(expiresAt, next ?? expiresAt);
    }
    return next;
  }

  /** AP17: closes those whose token is revoked. */
  closeRevoked(revoked: Revoked): void {
    for (const connection of this.open()) if (isRevoked(connection.token, revoked)) connection.close("token_expired");
  }

  /** Whether there are `most` connections or more. */
  isFull(most: number): boolean {
    return (!this.#isLoaded || this.#known.size >= most) && this.open().length >= most;
  }

  of(socket: WebSocket): Connection {
    const known = this.#known.get(socket);
    if (known) return known;
    const connection = Connection.restore(socket, this.#object, this.#filters);
    this.#known.set(socket, connection);
    return connection;
  }

  add(socket: WebSocket, info: ConnectInfo): Connection {
    const connection = Connection.begin(socket, info, this.#filters);
    this.#known.set(socket, connection);
    return connection;
  }
}

/**
 * One client's socket. Everything that must survive hibernation is in the socket's attachment. This class is a
 * write-through cache of it, except for acknowledgements that may be lost, and is rebuilt from it when the object wakes
 * without memory.
 */
import {
  type CloseReason,
  type Cursor,
  closeCodes,
  encodeCursor,
  type Filter,
  filterKey,
  type TokenRef,
} from "@pbxis/shared";
import * as z from "zod";
import { TokenRefObject } from "../auth/revoked.ts";
import { CursorObject } from "../filter.ts";
import { clientRate, type Rate, startRate } from "../rate.ts";
import { logUnreadable, seal, unseal } from "../stored.ts";
import type { ConnectInfo } from "./connect.ts";
import type { FilterTable, SharedFilter } from "./filter-table.ts";
import { countAck, type Flow, mayForgetAck, startFlow } from "./flow.ts";

/**
 * | kind     | what holds                                           | leaves it |
 * |----------|------------------------------------------------------|-------------------------------------------------|
 * | starting | nothing was sent; `since` is the client's cursor     | first frames sent → live |
 * | live     | everything up to `at` was sent or did not match      | window full → lagging |
 * | lagging  | the same, and nothing is sent (ST4)                  | acknowledged → live |
 * | closed   | this side has closed; the platform may still list it | the client answers |
 */
const Standing = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("starting"), since: CursorObject.nullable() }),
  z.object({ kind: z.literal("live"), at: CursorObject }),
  z.object({ kind: z.literal("lagging"), at: CursorObject }),
  z.object({ kind: z.literal("closed") }),
]);
export type Standing = z.infer<typeof Standing>;

/** To be raised with each change of `Attachment`. */
const attachmentVersion = 1;

const Attachment = z.object({
  /** UTF-8 bytes: a string with one letter beyond Latin-1 would take two bytes for each letter. */
  filter: z.instanceof(Uint8Array),
  expiresAt: z.number().nullable(),
  token: TokenRefObject.exactOptional(),
  standing: Standing,
  flow: z.object({
    acknowledges: z.boolean(),
    first: z.number(),
    marks: z.array(z.tuple([z.number(), z.number()])),
  }),
});

const nothing: Filter = { agents: [], queues: [], summary: false, about: null };

export class Connection {
  readonly socket: WebSocket;
  readonly shared: SharedFilter;
  readonly expiresAt: number | null;
  readonly token: TokenRef | undefined;
  standing: Standing;
  flow: Flow;
  readonly rate: Rate = startRate(clientRate, Date.now());
  /** As stored in the attachment. */
  #storedFlow: Flow;

  private constructor(
    socket: WebSocket,
    shared: SharedFilter,
    rest: Pick<Connection, "expiresAt" | "standing" | "flow"> & Readonly<{ token?: TokenRef }>,
  ) {
    this.socket = socket;
    this.shared = shared;
    this.expiresAt = rest.expiresAt;
    this.token = rest.token;
    this.standing = rest.standing;
    this.flow = rest.flow;
    this.#storedFlow = rest.flow;
  }

  static begin(socket: WebSocket, info: ConnectInfo, filters: FilterTable): Connection {
    const connection = new Connection(socket, filters.share(info.filter), {
      expiresAt: info.expiresAt,
      ...(info.token && { token: info.token }),
      standing: { kind: "starting", since: info.since },
      flow: startFlow(info.acknowledges),
    });
    connection.save();
    return connection;
  }

  /**
   * Reads a socket's attachment. If it cannot be read, the socket is closed, and its client resumes by its cursor on a
   * new one. `object` names the scope object in the worker's log.
   */
  static restore(socket: WebSocket, object: string, filters: FilterTable): Connection {
    const attachment = unseal(Attachment, attachmentVersion, socket.deserializeAttachment());
    if (attachment.ok) {
      const { filter, ...rest } = attachment.value;
      return new Connection(socket, filters.share(new TextDecoder().decode(filter)), rest);
    }
    logUnreadable({ object, store: "client socket" }, attachment, "it is closed with resume_now");
    const closed = new Connection(socket, filters.share(filterKey(nothing)), {
      expiresAt: null,
      standing: { kind: "closed" },
      flow: startFlow(false),
    });
    closed.close("resume_now");
    return closed;
  }

  get filter(): Filter {
    return this.shared.filter;
  }

  /** Equal for connections with the same filter, kind of standing and position: they get the same frames. */
  get groupKey(): string {
    const { shared, standing, position } = this;
    return `${shared.serial} ${standing.kind} ${position ? encodeCursor(position) : "-"}`;
  }

  /** Bytes that wait in memory for this socket; 0 on older runtimes, which do not report it. */
  get bufferedBytes(): number {
    return this.socket.bufferedAmount ?? 0;
  }

  /** The position from which to read the site's log for this client. Null asks for a snapshot. */
  get position(): Cursor | null {
    switch (this.standing.kind) {
      case "starting":
        return this.standing.since;
      case "closed":
        return null;
      default:
        return this.standing.at;
    }
  }

  /** The client has received everything up to `sequence`. */
  acknowledge(sequence: number): void {
    this.flow = countAck(this.flow, sequence);
    if (!mayForgetAck(this.#storedFlow)) this.save();
  }

  save(): void {
    const { expiresAt, token, standing, flow } = this;
    this.#storedFlow = flow;
    const attachment = { filter: this.shared.bytes, expiresAt, ...(token && { token }), standing, flow };
    this.socket.serializeAttachment(seal(attachmentVersion, attachment));
  }

  /** If the socket is gone, its close event follows. */
  send(text: string): void {
    try {
      this.socket.send(text);
    } catch {
      this.close();
    }
  }

  /**
   * Marks the socket as closed first, because the platform lists it until the client has answered. Without a reason
   * this answers the client's close.
   */
  close(reason?: CloseReason): void {
    this.standing = { kind: "closed" };
    try {
      this.save();
      if (reason) this.socket.close(closeCodes[reason].code, reason);
      else this.socket.close(1000, "");
    } catch {
      // It was closed already; only the mark matters.
    }
  }
}

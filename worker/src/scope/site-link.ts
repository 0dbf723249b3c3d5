/**
 * A scope object's calls to its Site object. A stub that failed may be broken for good, so a call is repeated once on a
 * new one. Repeated and late calls are harmless: calls on two stubs, or from two instances of one object, may overtake
 * each other (`site/api.ts`).
 */
import type { Cursor, Filter } from "@pbxis/shared";
import type { Join, JoinReply, ReadResult, ScopeRef, SiteApi } from "../site/api.ts";

type Calls = Pick<SiteApi, "read" | "join" | "leave">;

export class SiteLink {
  readonly #connect: () => Calls;
  #stub: Calls | undefined;

  constructor(connect: () => Calls) {
    this.#connect = connect;
  }

  read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    return this.#call((site) => site.read(filter, since));
  }

  async join(join: Join): Promise<JoinReply> {
    let calls = 0;
    const reply = await this.#call((site) => {
      calls += 1;
      return site.join(join);
    });
    // A call whose answer was lost may have made the route.
    return reply.kind === "joined" && calls > 1 ? { ...reply, isNew: true } : reply;
  }

  /** Not repeated: the answer to the next delivery says the same. */
  async leave(ref: ScopeRef): Promise<void> {
    try {
      this.#stub ??= this.#connect();
      await this.#stub.leave(ref);
    } catch {
      this.#stub = undefined;
    }
  }

  async #call<Result>(call: (site: Calls) => Promise<Result>): Promise<Result> {
    this.#stub ??= this.#connect();
    try {
      return await call(this.#stub);
    } catch {
      this.#stub = this.#connect();
      return call(this.#stub);
    }
  }
}

/** What the three kinds of scope object have in common: it forwards the platform's callbacks to the hub. */
import { DurableObject } from "cloudflare:workers";
import { ping, pong } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { splitName } from "../scope-name.ts";
import type { Audience, Delivery, ScopeApi } from "../site/api.ts";
import { siteOf } from "../site/stub.ts";
import { parseConnect } from "./connect.ts";
import { ScopeHub } from "./hub.ts";
import type { Scope } from "./scope.ts";
import { SiteLink } from "./site-link.ts";

export abstract class ScopeObject extends DurableObject<Env> implements ScopeApi {
  readonly #hub: ScopeHub;

  constructor(ctx: DurableObjectState, env: Env, scope: Scope) {
    super(ctx, env);
    const { name } = ctx.id;
    if (name === undefined) throw new Error("a scope object must be found by its name");
    const { site, subject } = splitName(name);
    this.#hub = new ScopeHub(ctx, new SiteLink(() => siteOf(env, site)), { kind: scope.kind, name }, (filters) =>
      scope.interest(subject, filters),
    );
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
  }

  override async fetch(request: Request): Promise<Response> {
    const info = parseConnect(request);
    return info ? this.#hub.connect(info) : new Response(null, { status: 404 });
  }

  deliver(delivery: Delivery): Promise<Audience> {
    return this.#hub.deliver(delivery);
  }

  async deleteAll(): Promise<void> {
    this.#hub.closeAll();
    await this.ctx.storage.deleteAll();
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#hub.onMessage(socket, message);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#hub.onClose(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#hub.onClose(socket);
  }

  /** Only an earlier build has set an alarm. The site calls when a grant ends. */
  override async alarm(): Promise<void> {}
}

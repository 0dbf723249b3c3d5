/** The clients of one call queue (AP2). Commands do not come this way: they go from the route to the Site object. */
import type { Env } from "../env.ts";
import { queueScope } from "./scope.ts";
import { ScopeObject } from "./scope-object.ts";

export class QueueObject extends ScopeObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, queueScope);
  }
}

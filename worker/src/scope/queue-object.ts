/** One call queue's clients (AP2); later also the way down for its commands. */
import type { Env } from "../env.ts";
import { queueScope } from "./scope.ts";
import { ScopeObject } from "./scope-object.ts";

export class QueueObject extends ScopeObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, queueScope);
  }
}

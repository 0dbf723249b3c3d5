/** One agent's clients (AP2); later also the order of that agent's commands. */
import type { Env } from "../env.ts";
import { agentScope } from "./scope.ts";
import { ScopeObject } from "./scope-object.ts";

export class AgentObject extends ScopeObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, agentScope);
  }
}

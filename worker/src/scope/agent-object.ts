/** The clients of one agent (AP2). Commands do not come this way: they go from the route to the Site object. */
import type { Env } from "../env.ts";
import { agentScope } from "./scope.ts";
import { ScopeObject } from "./scope-object.ts";

export class AgentObject extends ScopeObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, agentScope);
  }
}

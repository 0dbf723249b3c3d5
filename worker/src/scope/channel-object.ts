/** The clients of one distinct subscription (AP1). */
import type { Env } from "../env.ts";
import { channelScope } from "./scope.ts";
import { ScopeObject } from "./scope-object.ts";

export class ChannelObject extends ScopeObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, channelScope);
  }
}

/** A model that knows nothing yet, with the maximum of each map that could grow with time. */

import { regenerationLists } from "../../ami/event/event.ts";
import { BoundedMap } from "../../util/bounded-map.ts";
import type { AgentRule } from "./agent.ts";
import { createInCall } from "./in-call.ts";
import { defaultSettings, type ModelSettings } from "./settings.ts";
import type { Model } from "./state.ts";

export function createModel(rule: AgentRule, settings: ModelSettings = defaultSettings): Model {
  return {
    rule,
    settings,
    queues: new Map(),
    agents: new Map(),
    hints: new Map(),
    devices: new Map(),
    followers: new Map(),
    channels: new Map(),
    waiting: new Map(),
    pastWaits: new BoundedMap(1000),
    rings: new Map(),
    openTalks: new Set(),
    pastTalks: new BoundedMap(1000),
    locals: new Map(),
    bridges: new Map(),
    parkedCalls: new Map(),
    served: new BoundedMap(5000),
    recordings: new BoundedMap(10_000),
    recordedChannels: new BoundedMap(10_000),
    ended: new BoundedMap(1000),
    failedOriginates: new BoundedMap(1000),
    inCall: createInCall(),
    generation: 0,
    removedMembers: new BoundedMap(1000),
    lastMembers: new BoundedMap(10_000),
    pauseNotes: new Map(),
    pending: new Set(regenerationLists),
    sequence: 0,
    regeneratedAt: 0,
    now: 0,
    lostAt: null,
  };
}

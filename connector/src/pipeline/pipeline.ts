/**
 * The way of a fact through the connector: AMI event → model → collator → what is told, with AMI's own status in its place of the
 * order. No I/O and no clock; times are given.
 */
import type { AmiStatus, SiteEvent } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { type AuditTracker, createAuditTracker } from "../audit/tracker.ts";
import { createLookup, type Lookup } from "../model/lookup.ts";
import { createCollator } from "../model/publish/collate.ts";
import { reduce } from "../model/reduce/reduce.ts";
import { takePauseDoubts } from "../model/reduce/unannounced.ts";
import type { AgentRule } from "../model/state/agent.ts";
import type { Effect } from "../model/state/changes.ts";
import { createModel, type Model } from "../model/state/state.ts";

/** `events` come before `ami`, which is null where it is as told before. */
export type Published = Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus | null }>;

/** All states (EV12). */
export type Snapshot = Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus }>;

export type Pipeline = Readonly<{
  /** Takes one AMI event; gives what the shell is to ask Asterisk in consequence. */
  take: (event: AmiEvent) => readonly Effect[];
  /** What is to be told now; to be called after each chunk of AMI's bytes, and when `nextDueAt` has come. */
  tick: (now: number) => readonly SiteEvent[];
  /** When `tick` is wanted at the latest, on its clock; undefined if nothing is due. */
  nextDueAt: () => number | undefined;
  /** Whether Asterisk has hinted at members that it told nothing of; to be asked now and then, and then to regenerate. */
  isInDoubt: () => boolean;
  /** The state is regenerated: the differences, then `up` unless AMI was there all the time (ST3). `at` in ms since 1970. */
  up: (now: number, at: number, asteriskVersion: string | null) => Published;
  /** AMI is lost; the states are as of `at` (ms since 1970). Null if the site was never told that it is there. */
  down: (now: number, at: number) => Published | null;
  /** Whether AMI is there, and the model therefore as things are. */
  isUp: () => boolean;
  /** What commands ask of the model. */
  lookup: Lookup;
  /** Compares the model with a regeneration, where one is expected to be an audit. */
  audit: AuditTracker;
  sizes: () => ModelSizes;
  /** All states as last told (EV12); null before AMI was there for the first time, for then nothing is known. */
  snapshot: () => Snapshot | null;
}>;

/** How much there is at the PBX, as far as the model knows. */
export type ModelSizes = Readonly<Record<"queues" | "agents" | "members" | "waiting" | "channels" | "calls", number>>;

export function createPipeline(rule: AgentRule): Pipeline {
  const model = createModel(rule);
  const collator = createCollator(model);
  const audit = createAuditTracker(model);
  let ami: AmiStatus | null = null;
  return {
    take: (event) => {
      audit.onEvent(event);
      const changes = reduce(model, event);
      audit.onReduced(event, changes);
      collator.add(changes);
      return changes.effects;
    },
    tick: (now) => collator.tick(now),
    nextDueAt: () => collator.nextDueAt(),
    isInDoubt: () => takePauseDoubts(model),
    up: (now, at, asteriskVersion) => {
      const wasUp = ami?.up === true;
      if (!wasUp) ami = { up: true, asOf: at, asteriskVersion };
      return { events: collator.tick(now), ami: wasUp ? null : ami };
    },
    down: (now, at) => {
      if (!ami?.up) return null;
      ami = { ...ami, up: false, asOf: at };
      return { events: collator.tick(now), ami };
    },
    isUp: () => ami?.up === true,
    lookup: createLookup(model),
    audit,
    sizes: () => sizesOf(model),
    snapshot: () => ami && { events: collator.snapshot(), ami },
  };
}

function sizesOf({ queues, agents, channels }: Model): ModelSizes {
  let members = 0;
  let waiting = 0;
  for (const queue of queues.values()) {
    members += queue.members.size;
    waiting += queue.count;
  }
  const calls = new Set([...channels.values()].map(({ linkedId }) => linkedId));
  return { queues: queues.size, agents: agents.size, members, waiting, channels: channels.size, calls: calls.size };
}

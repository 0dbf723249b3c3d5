/**
 * The way of a fact through the connector: AMI event → model → collator → events for the site, with the status of AMI
 * in its place in the order (ST2). No I/O and no clock: inputs bring the time, outputs are data.
 *
 * | input    | when                                      | output                                                     |
 * |----------|-------------------------------------------|------------------------------------------------------------|
 * | `handle` | each AMI event                            | its changes, for the audit; events wait for the next tick  |
 * | `tick`   | a chunk of bytes is handled, or something | all events that are due, and requests to Asterisk          |
 * |          | that was held back is due                 |                                                            |
 * | `up`     | all lists of a regeneration are complete  | the differences, then `up` unless AMI was up before        |
 * | `down`   | AMI is lost                               | the last events before that, then `down`                   |
 *
 * The router carries the outputs out (router.ts).
 */
import type { AmiStatus, QueueName, SiteEvent } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { createLookup, type Lookup } from "../model/lookup.ts";
import { createCollator } from "../model/publish/collate.ts";
import { createPacer } from "../model/publish/pacer.ts";
import { reduce } from "../model/reduce/reduce.ts";
import { takePauseDoubts } from "../model/reduce/unannounced.ts";
import type { AgentRule } from "../model/state/agent.ts";
import type { Changes, Inquiry } from "../model/state/changes.ts";
import { createModel } from "../model/state/create-model.ts";
import type { ModelSettings } from "../model/state/settings.ts";
import type { Model } from "../model/state/state.ts";
import { earlier } from "../util/earlier.ts";
import { createReminders } from "./reminders.ts";

/**
 * To be carried out in this order: `events` are published, then `ami` unless it is null, then Asterisk gets the
 * `requests`. These wait for a tick, because Asterisk sent the whole chunk before it could answer any of them.
 */
export type PipelineOutput = Readonly<{
  events: readonly SiteEvent[];
  ami: AmiStatus | null;
  requests: readonly Inquiry[];
}>;

/** All states (EV12). */
type Snapshot = Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus }>;

/** `now` is on the steady clock, so that what is held back does not wait for a wall clock that was set back. */
export type Pipeline = Readonly<{
  handle: (event: AmiEvent) => Changes;
  tick: (now: number) => PipelineOutput;
  /** When the next tick is due at the latest; undefined if nothing is held back. */
  nextDueAt: () => number | undefined;
  /** `at` is in ms since 1970. A regeneration while AMI is up changes no status (ST3). */
  up: (now: number, at: number, asteriskVersion: string | null) => PipelineOutput;
  /** `at` is in ms since 1970: until then the states were right. Without output if AMI was not up. */
  down: (now: number, at: number) => PipelineOutput;
  /**
   * Whether Asterisk has hinted at members of which it sent no event; the answer is true once. Then a regeneration is
   * needed.
   */
  isInDoubt: () => boolean;
  /** The occurrences that are held back, to be published before a stop. */
  takeHeldBack: () => readonly SiteEvent[];
  /** Whether AMI is up, and the model therefore current. */
  isUp: () => boolean;
  /** What commands ask of the model. */
  lookup: Lookup;
  /** For the audit, which only reads it. */
  model: Model;
  sizes: () => ModelSizes;
  /** All states as last published (EV12); null until AMI was up for the first time. */
  snapshot: () => Snapshot | null;
}>;

/** How many of each the model has. */
export type ModelSizes = Readonly<Record<"queues" | "agents" | "members" | "waiting" | "channels" | "calls", number>>;

export function createPipeline(rule: AgentRule, settings?: ModelSettings): Pipeline {
  const model = createModel(rule, settings);
  const reminders = createReminders();
  const collator = createCollator(model);
  let ami: AmiStatus | null = null;
  let effects: Inquiry[] = [];
  // EV20: a queue's list is asked for at most so often.
  const asks = createPacer<QueueName>(askIntervalMs, (queue) => queue);

  function takeRequests(now: number): readonly Inquiry[] {
    for (const queue of asks.due(now)) effects.push({ kind: "askQueue", queue });
    if (effects.length === 0) return effects;
    const requests = requestsOf(effects);
    effects = [];
    return requests;
  }

  function handle(event: AmiEvent): Changes {
    const changes = reduce(model, event);
    collator.add(changes);
    for (const effect of changes.effects)
      if (effect.kind === "remind") reminders.add(effect.event, effect.afterMs);
      else if (effect.kind === "askQueue") asks.add(effect.queue);
      else effects.push(effect);
    return changes;
  }

  function eventsAt(now: number): SiteEvent[] {
    for (const event of reminders.due(now)) handle(event);
    return collator.tick(now);
  }

  return {
    handle,
    tick: (now) => ({ events: eventsAt(now), ami: null, requests: takeRequests(now) }),
    nextDueAt: () => [reminders, asks].reduce((due, one) => earlier(due, one.nextDueAt()), collator.nextDueAt()),
    up: (now, at, asteriskVersion) => {
      const wasUp = ami?.up === true;
      if (!wasUp) ami = { up: true, asOf: at, asteriskVersion };
      return { events: eventsAt(now), ami: wasUp ? null : ami, requests: [] };
    },
    down: (now, at) => {
      if (!ami?.up) return { events: [], ami: null, requests: [] };
      reduce(model, { kind: "connectionLost", at });
      ami = { ...ami, up: false, asOf: at };
      asks.clear();
      return { events: eventsAt(now), ami, requests: [] };
    },
    isInDoubt: () => takePauseDoubts(model),
    takeHeldBack: () => collator.takeHeldBack(),
    isUp: () => ami?.up === true,
    lookup: createLookup(model),
    model,
    sizes: () => sizesOf(model),
    snapshot: () => ami && { events: collator.snapshot(), ami },
  };
}

const askIntervalMs = 5000;

/** Recordings first, then at most one regeneration. */
function requestsOf(effects: readonly Inquiry[]): readonly Inquiry[] {
  const regeneration = effects.find(({ kind }) => kind === "regenerate");
  const others = effects.filter(({ kind }) => kind !== "regenerate");
  return regeneration ? [...others, regeneration] : others;
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

/**
 * The model's turns: events are taken one by one, and what they change is told at the end of each chunk of AMI's bytes, or when something
 * that was held back is due. What the model wants asked waits for that end too: all that is in a chunk was sent before Asterisk can answer.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { Effect } from "../model/state/changes.ts";
import { steadyNow } from "../util/clock.ts";
import type { Pipeline } from "./pipeline.ts";

export type SchedulerOptions = Readonly<{
  pipeline: Pipeline;
  onTick: (now: number) => void;
  getRecording: (channel: string, uniqueId: string) => void;
  regenerate: () => void;
}>;

export type Scheduler = Readonly<{
  take: (event: AmiEvent) => void;
  /** `now` is `steadyNow`: what is held back must not wait for a clock that was set back. */
  tick: (now: number) => void;
  stop: () => void;
}>;

export function createScheduler({ pipeline, onTick, getRecording, regenerate }: SchedulerOptions): Scheduler {
  let effects: Effect[] = [];
  let timer: NodeJS.Timeout | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;

  /** A timer that goes off too early is cheaper than one that is set anew with each chunk of bytes. */
  function wake(dueAt: number | undefined): void {
    if (dueAt === undefined || dueAt >= wakesAt) return;
    clearTimeout(timer);
    wakesAt = dueAt;
    timer = setTimeout(onTimer, Math.max(0, dueAt - steadyNow()));
  }

  function onTimer(): void {
    wakesAt = Number.POSITIVE_INFINITY;
    tick(steadyNow());
  }

  function ask(): void {
    const wanted = effects;
    effects = [];
    for (const effect of wanted) if (effect.kind === "askRecording") getRecording(effect.channel, effect.uniqueId);
    if (wanted.some((effect) => effect.kind === "regenerate")) regenerate();
  }

  function tick(now: number): void {
    onTick(now);
    if (effects.length > 0) ask();
    wake(pipeline.nextDueAt());
  }

  return {
    take: (event) => {
      for (const effect of pipeline.take(event)) effects.push(effect);
    },
    tick,
    stop: () => clearTimeout(timer),
  };
}

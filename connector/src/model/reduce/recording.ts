/** Where recordings go, for EV6. MixMonitorStart tells only that there is one; its path is named by VarSet just before, or asked. */
import type { MixMonitorStart, RecordingNamed, RecordingPath } from "../../ami/event/event.ts";
import type { Changes } from "../state/changes.ts";
import type { Channel, Model } from "../state/state.ts";

export function onMixMonitorStart(model: Model, changes: Changes, event: MixMonitorStart): void {
  const { uniqueId } = event;
  model.recordedChannels.set(event.linkedId, uniqueId);
  const known = model.recordings.get(uniqueId);
  if (known?.announced) model.recordings.set(uniqueId, { path: known.path, announced: false });
  else changes.effects.push({ kind: "askRecording", channel: event.channel, uniqueId });
}

export function onRecordingNamed(model: Model, event: RecordingNamed): void {
  model.recordings.set(event.uniqueId, { path: event.path, announced: true });
}

export function onRecordingPath(model: Model, event: RecordingPath): void {
  model.recordings.set(event.uniqueId, { path: event.path, announced: false });
}

/** A queue's caller whom a list made known may have been recorded all along: his MixMonitorStart was before our time. */
export function askIfUnknown(model: Model, changes: Changes, channel: Channel): void {
  const { uniqueId } = channel;
  const isQueueCaller = channel.waitsIn !== null || model.served.has(uniqueId);
  if (!isQueueCaller || !channel.bridge || model.recordings.has(uniqueId)) return;
  model.recordings.set(uniqueId, { path: null, announced: false });
  if (!model.recordedChannels.has(channel.linkedId)) model.recordedChannels.set(channel.linkedId, uniqueId);
  changes.effects.push({ kind: "askRecording", channel: channel.name, uniqueId });
}

/** The recording of the caller's channel, else of the agent's, else of any channel of that call. */
export function recordingOf(
  model: Model,
  caller: string | undefined,
  agent: string | undefined,
  linkedId: string,
): string | null {
  const other = model.recordedChannels.get(linkedId);
  for (const uniqueId of [caller, agent, other]) {
    const path = uniqueId === undefined ? undefined : model.recordings.get(uniqueId)?.path;
    if (path) return path;
  }
  return null;
}

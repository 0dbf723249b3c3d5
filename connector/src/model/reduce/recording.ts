/**
 * Where recordings are stored, for EV6. MixMonitorStart only says that a recording exists. A VarSet just before it may
 * name the path; otherwise the connector asks for it.
 */
import type { MixMonitorStart, RecordingNamed, RecordingPath } from "../../ami/event/event.ts";
import { addEffect, type Changes } from "../state/changes.ts";
import type { Channel, Model } from "../state/state.ts";
import { noteRecording, onRecordingFound } from "./in-call.ts";

export function onMixMonitorStart(model: Model, changes: Changes, event: MixMonitorStart): void {
  const { uniqueId, linkedId } = event;
  keepRecording(model, uniqueId);
  noteRecording(model, changes, uniqueId, "on");
  model.recordedChannels.set(linkedId, uniqueId);
  const known = model.recordings.get(uniqueId);
  if (known?.announced) model.recordings.set(uniqueId, { path: known.path, announced: false });
  else addEffect(changes, { kind: "askRecording", channel: event.channel, uniqueId });
}

export function onRecordingNamed(model: Model, _changes: Changes, event: RecordingNamed): void {
  keepRecording(model, event.uniqueId);
  model.recordings.set(event.uniqueId, { path: event.path, announced: true });
}

export function onRecordingPath(model: Model, changes: Changes, event: RecordingPath): void {
  if (event.path !== null) onRecordingFound(model, changes, event.uniqueId);
  model.recordings.set(event.uniqueId, { path: event.path, announced: false });
}

/**
 * A queue's caller may have been recorded since before the connection, when its MixMonitorStart was sent. So the
 * connector asks once.
 */
export function askIfUnknown(model: Model, changes: Changes, channel: Channel): void {
  const { uniqueId } = channel;
  const isQueueCaller = channel.waitsIn !== null || model.served.has(uniqueId);
  if (!isQueueCaller || !channel.bridge || model.recordings.has(uniqueId)) return;
  model.recordings.set(uniqueId, { path: null, announced: false });
  if (!model.recordedChannels.has(channel.linkedId)) model.recordedChannels.set(channel.linkedId, uniqueId);
  addEffect(changes, { kind: "askRecording", channel: channel.name, uniqueId });
}

/**
 * A caller who is moved on from one queue to the next may be recorded anew before the first agent's AgentComplete
 * arrives (16.28). The calls that are over keep the recording that they had.
 */
function keepRecording(model: Model, caller: string): void {
  for (const served of model.served.get(caller) ?? [])
    if (served.agentLeftAt !== null && served.recording === undefined)
      served.recording = recordingOf(model, caller, undefined, served.linkedId);
}

/** The recording of the caller's channel, else of the agent's, else of any channel of the call. */
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

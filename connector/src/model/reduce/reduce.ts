/**
 * One AMI event taken into the model. Pure in that it does no I/O and reads no clock: time is the event's. The model is changed in place
 * (a PBX has thousands of entries and sends thousands of events a second); what may have changed is returned by key.
 */
import type {
  AgentCalled,
  AgentComplete,
  AmiEvent,
  BridgeDestroy,
  BridgeEnter,
  BridgeLeave,
  CoreShowChannel,
  Hangup,
  HoldChange,
  MemberUpdate,
  MixMonitorStart,
  NewConnectedLine,
  OriginateResponse,
  ParkingEvent,
  QueueCallerAbandon,
  QueueCallerJoin,
  QueueCallerLeave,
  QueueEntry,
  QueueMemberRemoved,
  QueueParams,
  QueueStatsReset,
  RecordingNamed,
  RecordingPath,
} from "../../ami/event/event.ts";
import { type Changes, noChanges } from "../state/changes.ts";
import type { Model } from "../state/state.ts";
import {
  onBridgeDestroy,
  onBridgeEnter,
  onBridgeLeave,
  onHangup,
  onHoldChange,
  onNewConnectedLine,
  onRung,
} from "./channel-events.ts";
import { onAgentComplete } from "./complete.ts";
import { onDeviceStateChange, onExtensionStatus } from "./device.ts";
import { onCoreShowChannel } from "./listed-channel.ts";
import { onMemberCalled, onMemberUpdate, onQueueMemberRemoved } from "./member.ts";
import { onOriginateResponse } from "./originate.ts";
import { onParkingEvent } from "./parking.ts";
import { onQueueCallerAbandon, onQueueCallerJoin, onQueueCallerLeave, onQueueEntry, onQueueParams } from "./queue.ts";
import { onMixMonitorStart, onRecordingNamed, onRecordingPath } from "./recording.ts";
import { onListCompleted, onRegenerationStarted } from "./resync.ts";
import { onQueueStatsReset } from "./statistics.ts";

/** The modules whose reload may change queues, members, hints or devices without a word. */
const mayChangeLists = /^(?:all|app_queue.*|pbx_.*|chan_.*|res_pjsip.*|)$/i;

export function reduce(model: Model, event: AmiEvent): Changes {
  const changes = noChanges();
  model.now = event.at;
  switch (event.kind) {
    case "extensionStatus":
      onExtensionStatus(model, changes, event);
      break;
    case "deviceStateChange":
      onDeviceStateChange(model, changes, event);
      break;
    case "reload":
      if (mayChangeLists.test(event.module)) changes.effects.push({ kind: "regenerate" });
      break;
    case "fullyBooted":
      changes.effects.push({ kind: "regenerate" });
      break;
    case "regenerationStarted":
      onRegenerationStarted(model);
      break;
    case "listCompleted":
      onListCompleted(model, changes, event);
      break;
    case "malformed":
      break;
    default:
      reduceQueue(model, changes, event);
  }
  return changes;
}

type QueueEvent =
  | MemberUpdate
  | QueueCallerAbandon
  | QueueCallerJoin
  | QueueCallerLeave
  | QueueEntry
  | QueueMemberRemoved
  | QueueParams
  | QueueStatsReset;

function reduceQueue(model: Model, changes: Changes, event: QueueEvent | CallEvent): void {
  switch (event.kind) {
    case "queueMemberStatus":
    case "queueMemberAdded":
    case "queueMemberPause":
    case "queueMemberPenalty":
    case "queueMember":
      onMemberUpdate(model, changes, event);
      break;
    case "queueMemberRemoved":
      onQueueMemberRemoved(model, changes, event);
      break;
    case "queueCallerJoin":
      onQueueCallerJoin(model, changes, event);
      break;
    case "queueCallerLeave":
      onQueueCallerLeave(model, changes, event);
      break;
    case "queueCallerAbandon":
      onQueueCallerAbandon(model, changes, event);
      break;
    case "queueParams":
      onQueueParams(model, changes, event);
      break;
    case "queueEntry":
      onQueueEntry(model, changes, event);
      break;
    case "queueStatsReset":
      onQueueStatsReset(model, changes, event);
      break;
    default:
      reduceCall(model, changes, event);
  }
}

type CallEvent =
  | AgentCalled
  | AgentComplete
  | BridgeDestroy
  | BridgeEnter
  | BridgeLeave
  | CoreShowChannel
  | Hangup
  | HoldChange
  | MixMonitorStart
  | NewConnectedLine
  | OriginateResponse
  | ParkingEvent
  | RecordingNamed
  | RecordingPath;

function reduceCall(model: Model, changes: Changes, event: CallEvent): void {
  switch (event.kind) {
    case "agentCalled":
      onMemberCalled(model, changes, event);
      onRung(model, changes, event);
      break;
    case "agentComplete":
      onAgentComplete(model, changes, event);
      break;
    case "bridgeEnter":
      onBridgeEnter(model, changes, event);
      break;
    case "bridgeLeave":
      onBridgeLeave(model, changes, event);
      break;
    case "bridgeDestroy":
      onBridgeDestroy(model, changes, event);
      break;
    case "coreShowChannel":
      onCoreShowChannel(model, changes, event);
      break;
    case "hangup":
      onHangup(model, changes, event);
      break;
    case "hold":
    case "unhold":
      onHoldChange(model, changes, event);
      break;
    case "newConnectedLine":
      onNewConnectedLine(model, changes, event);
      break;
    case "mixMonitorStart":
      onMixMonitorStart(model, changes, event);
      break;
    case "recordingNamed":
      onRecordingNamed(model, event);
      break;
    case "recordingPath":
      onRecordingPath(model, event);
      break;
    case "originateResponse":
      onOriginateResponse(model, changes, event);
      break;
    default:
      onParkingEvent(changes, event);
  }
}

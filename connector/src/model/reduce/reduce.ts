/**
 * Applies one AMI event to the model: the event's handler changes records and marks them, then `derive` says which
 * states may differ.
 *
 * There is no I/O and no clock here: time is the event's. The model is changed in place, because a PBX has thousands of
 * records and sends thousands of events a second.
 */
import type { AmiEvent } from "../../ami/event/event.ts";
import { addEffect, type Changes, noChanges } from "../state/changes.ts";
import type { Model } from "../state/state.ts";
import {
  onBridgeDestroy,
  onBridgeEnter,
  onBridgeLeave,
  onHangup,
  onHangupRequest,
  onHoldChange,
  onNewConnectedLine,
  onPickup,
  onRung,
} from "./channel-events.ts";
import { onAgentComplete } from "./complete.ts";
import { onConsultationCommanded } from "./consultation.ts";
import { derive } from "./derive.ts";
import { onDevice, onExtensionStatus } from "./device.ts";
import { onChannelMuted, onMixMonitorChange } from "./in-call.ts";
import { onCoreShowChannel } from "./listed-channel.ts";
import { onLoggedCallEnd, onLoggedRingEnd, onLoggedWaitEnd } from "./logged.ts";
import { onFollowedDevice, onMemberCalled, onMemberUpdate, onQueueMemberRemoved } from "./member.ts";
import { onOriginateResponse } from "./originate.ts";
import { onParkedCallSwap, onParkingEvent } from "./parking.ts";
import { onQueueCallerAbandon, onQueueCallerJoin, onQueueCallerLeave, onQueueEntry, onQueueParams } from "./queue.ts";
import { onMixMonitorStart, onRecordingNamed, onRecordingPath } from "./recording.ts";
import { onConnectionLost, onListCompleted, onRegenerationStarted } from "./resync.ts";
import { onChanSpyChange, onSpyModeCommanded } from "./spy.ts";
import { onQueueStatsReset } from "./statistics.ts";
import { notePauseDevice } from "./unannounced.ts";
import { onCallerCommanded } from "./wait-end.ts";
import { onWrapUpOver } from "./wrap-up.ts";

type Kind = AmiEvent["kind"];
type OfKind<K extends Kind> = AmiEvent & { readonly kind: K };
type Handlers = { readonly [K in Kind]: (model: Model, changes: Changes, event: OfKind<K>) => void };

const handlers = {
  queueCallerJoin: onQueueCallerJoin,
  queueCallerLeave: onQueueCallerLeave,
  queueCallerAbandon: onQueueCallerAbandon,
  queueParams: onQueueParams,
  queueEntry: onQueueEntry,
  queueStatsReset: onQueueStatsReset,
  queueMember: onMemberUpdate,
  queueMemberStatus: onMemberUpdate,
  queueMemberAdded: onMemberUpdate,
  queueMemberPause: onMemberUpdate,
  queueMemberPenalty: onMemberUpdate,
  queueMemberRemoved: onQueueMemberRemoved,
  agentCalled: (model, changes, event) => {
    onMemberCalled(model, changes, event);
    onRung(model, changes, event);
  },
  agentComplete: onAgentComplete,
  extensionStatus: onExtensionStatus,
  deviceStateChange: (model, changes, event) => {
    if (notePauseDevice(model, event)) return;
    onFollowedDevice(model, changes, event);
    onDevice(model, changes, event);
  },
  bridgeEnter: onBridgeEnter,
  bridgeLeave: onBridgeLeave,
  bridgeDestroy: onBridgeDestroy,
  hold: onHoldChange,
  unhold: onHoldChange,
  newConnectedLine: onNewConnectedLine,
  pickup: onPickup,
  hangupRequest: onHangupRequest,
  hangup: onHangup,
  coreShowChannel: onCoreShowChannel,
  mixMonitorStart: onMixMonitorStart,
  mixMonitorChange: onMixMonitorChange,
  chanSpyStart: onChanSpyChange,
  chanSpyStop: onChanSpyChange,
  channelMuted: onChannelMuted,
  spyModeCommanded: onSpyModeCommanded,
  consultationCommanded: onConsultationCommanded,
  recordingNamed: onRecordingNamed,
  recordingPath: onRecordingPath,
  originateResponse: onOriginateResponse,
  parkedCall: onParkingEvent,
  unParkedCall: onParkingEvent,
  parkedCallTimeOut: onParkingEvent,
  parkedCallGiveUp: onParkingEvent,
  parkedCallSwap: onParkedCallSwap,
  reload: (_model, changes, event) => {
    if (mayChangeLists.test(event.module)) addEffect(changes, { kind: "regenerate" });
  },
  fullyBooted: (_model, changes) => {
    addEffect(changes, { kind: "regenerate" });
  },
  connectionLost: onConnectionLost,
  wrapUpOver: onWrapUpOver,
  loggedWaitEnd: onLoggedWaitEnd,
  loggedCallEnd: onLoggedCallEnd,
  loggedRingEnd: onLoggedRingEnd,
  regenerationStarted: onRegenerationStarted,
  listCompleted: onListCompleted,
  callerCommanded: onCallerCommanded,
  malformed: () => {},
} satisfies Handlers;

export function reduce(model: Model, event: AmiEvent): Changes {
  const changes = noChanges();
  model.now = event.at;
  handle(handlers, event.kind, model, changes, event);
  derive(model, changes);
  return changes;
}

/** Generic in the kind, so that the compiler sees that event and handler belong together. */
function handle<K extends Kind>(table: Handlers, kind: K, model: Model, changes: Changes, event: OfKind<K>): void {
  table[kind](model, changes, event);
}

/** The modules whose reload may change queues, members, hints or devices without an event. */
const mayChangeLists = /^(?:all|app_queue.*|pbx_.*|chan_.*|res_pjsip.*|)$/i;

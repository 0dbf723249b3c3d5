/** EV21: channels that listen to others (ChanSpy), by a command (CM23) or by a feature code. */
import type { SpyMode } from "@pbxis/shared";
import type { ChanSpyChange, CoreShowChannel, SpyModeCommanded } from "../../ami/event/event.ts";
import { type Changes, markSupervision } from "../state/changes.ts";
import type { Channel, Model } from "../state/state.ts";
import { rememberChannel } from "./channel.ts";

export function onChanSpyChange(model: Model, changes: Changes, event: ChanSpyChange): void {
  const spyer = rememberChannel(model, changes, event);
  if (!spyer) return;
  if (event.kind === "chanSpyStop") endSpy(model, changes, spyer);
  else beginSpy(model, changes, spyer, event.target, event.at);
}

/** The command was accepted, or the mode was changed. */
export function onSpyModeCommanded(model: Model, changes: Changes, event: SpyModeCommanded): void {
  model.inCall.spyModes.set(event.uniqueId, event.mode);
  const spyer = model.inCall.spies.has(event.uniqueId) && model.channels.get(event.uniqueId);
  if (spyer) mark(changes, spyer);
}

/** A list shows `PJSIP/1001-0000002a,qdSw`: the channel or the beginning of its name, and the options. */
export function onListedSpy(model: Model, changes: Changes, spyer: Channel, event: CoreShowChannel): void {
  const { spies, spyModes } = model.inCall;
  if (event.application !== "ChanSpy") {
    if (spies.size > 0) endSpy(model, changes, spyer);
    return;
  }
  const [target = "", options = ""] = event.applicationData.split(",");
  if (!spyModes.has(spyer.uniqueId)) {
    spyModes.set(spyer.uniqueId, modeOf(options));
    mark(changes, spyer);
  }
  if (!spies.has(spyer.uniqueId)) beginSpy(model, changes, spyer, target, event.at - event.durationSeconds * 1000);
}

export function endSpy(model: Model, changes: Changes, spyer: Channel): void {
  if (model.inCall.spies.delete(spyer.uniqueId)) mark(changes, spyer);
}

function beginSpy(model: Model, changes: Changes, spyer: Channel, target: string, since: number): void {
  model.inCall.spies.set(spyer.uniqueId, { target, since });
  mark(changes, spyer);
}

function mark(changes: Changes, { agent }: Channel): void {
  if (agent) markSupervision(changes, agent);
}

/** Whisper and barge have the same letters as in the connector's own dialplan; arguments in brackets are no options. */
function modeOf(options: string): SpyMode {
  const letters = options.replace(/\([^)]*\)/g, "");
  if (letters.includes("B")) return "barge";
  return letters.includes("w") ? "whisper" : "listen";
}

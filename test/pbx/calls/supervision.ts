/** Channels that listen to others (ChanSpy). */
import { channelHeaders } from "../headers.ts";
import { liveEvent, type Packet } from "../packet.ts";
import type { Channel, PbxState } from "../state.ts";

const modes = { "": "listen", w: "whisper", B: "barge" } as const;

/** False if there is no such channel: with option S the application ends at once. */
export function beginSpy(state: PbxState, channel: Channel): boolean {
  const name = channel.variables.get("PBXIS_CHANNEL") ?? "";
  const target = [...state.channels].find((one) => one.name === name);
  if (!target) return false;
  const options = channel.variables.get("PBXIS_MODE") ?? "";
  channel.application = "ChanSpy";
  channel.applicationData = `${name},qdS${options}`;
  channel.spy = { target, mode: options === "w" || options === "B" ? modes[options] : modes[""] };
  state.emitted.push(liveEvent("ChanSpyStart", "call", spyHeaders(channel, target)));
  return true;
}

export function endSpy(state: PbxState, channel: Channel): void {
  const { spy } = channel;
  if (!spy) return;
  channel.spy = null;
  state.emitted.push(liveEvent("ChanSpyStop", "call", spyHeaders(channel, spy.target)));
}

/** The channels that listen to this one, which ends. */
export function spiesOn(state: PbxState, target: Channel): Channel[] {
  return [...state.channels].filter(({ spy }) => spy?.target === target);
}

function spyHeaders(spyer: Channel, target: Channel): Packet {
  const prefixed = (prefix: string, channel: Channel) =>
    channelHeaders(channel).map(([name, value]) => [`${prefix}${name}`, value] as const);
  return [...prefixed("Spyer", spyer), ...prefixed("Spyee", target)];
}

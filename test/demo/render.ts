/** Events as lines for a person: who, where, what. Pure; remembers only what a line needs of earlier events. */
import type { Event, ServerFrame } from "@pbxis/shared";

export type Line = Readonly<{ at: number; who: string; queue: string; what: string; tone: Tone }>;
export type Tone = "ring" | "talk" | "calm" | "away" | "wait" | "note";

type Of<Type extends Event["type"]> = Extract<Event, { type: Type }>;

export type Renderer = Readonly<{
  /** A snapshot fills the memory and gives one line; events give a line each time something visible changed. */
  render: (frame: ServerFrame, now: number) => readonly Line[];
}>;

const extensionWords: Readonly<Record<Of<"extensionStatus">["status"], readonly [string, Tone]>> = {
  not_inuse: ["free", "calm"],
  ringing: ["rings", "ring"],
  inuse: ["talks", "talk"],
  ringinuse: ["talks, rings", "ring"],
  busy: ["busy", "talk"],
  onhold: ["has it on hold", "away"],
  unavailable: ["offline", "away"],
};

export function createRenderer(): Renderer {
  const names = new Map<string, string>();
  const extensions = new Map<string, Of<"extensionStatus">["status"]>();
  const calls = new Map<string, Of<"phoneNumber">>();
  const members = new Map<string, string>();
  const counts = new Map<string, number>();
  const shown = new Map<string, string>();

  const whoIs = (agent: string) =>
    [agent, names.get(agent)].filter((part) => part && part !== agent).join(" ") || agent;

  function remember(event: Event): void {
    if (event.type === "agentName") names.set(event.agent, event.name);
    if (event.type === "extensionStatus") extensions.set(event.agent, event.status);
    if (event.type === "phoneNumber") calls.set(event.agent, event);
  }

  /** An agent's phone and its call in one line, however they came. */
  function phoneLine(agent: string, at: number): Line | undefined {
    const status = extensions.get(agent);
    if (status === undefined) return undefined;
    const call = calls.get(agent);
    const [word, tone] = extensionWords[status];
    const party = call?.number ? `${call.name ?? ""} ${call.number}`.trim() : "";
    const isCall = status !== "not_inuse" && status !== "unavailable";
    const what = isCall && party ? `${word.padEnd(14)}  ${party}` : word;
    if (shown.get(agent) === what) return undefined;
    shown.set(agent, what);
    return { at, who: whoIs(agent), queue: (isCall && call?.queueName) || "", what, tone };
  }

  function memberLine(event: Of<"queueMemberStatus">): Line | undefined {
    const key = `${event.agent},${event.queue}`;
    const state = event.status === "paused" || event.status === "loggedoff" ? event.status : "active";
    const before = members.get(key) ?? "loggedoff";
    members.set(key, state);
    if (state === before) return undefined;
    const line = { at: event.at, who: whoIs(event.agent), queue: event.queue };
    if (state === "paused")
      return { ...line, what: `paused${event.pausedReason ? `: ${event.pausedReason}` : ""}`, tone: "away" };
    if (state === "loggedoff") return { ...line, what: "logged off", tone: "away" };
    return { ...line, what: before === "paused" ? "back from the pause" : "logged on", tone: "calm" };
  }

  function countLine({ queue, count, longestWaitSince, at }: Of<"queueCount">, now: number): Line | undefined {
    if (counts.get(queue) === count) return undefined;
    counts.set(queue, count);
    const waited = longestWaitSince === null ? 0 : Math.max(0, Math.round((now - longestWaitSince) / 1000));
    const longest = count > 0 && waited > 0 ? `, the first for ${waited} s` : "";
    return { at, who: "", queue, what: count === 0 ? "nobody waits" : `${count} waiting${longest}`, tone: "wait" };
  }

  function lineOf(event: Event, now: number): Line | undefined {
    switch (event.type) {
      case "queueMemberStatus":
        return memberLine(event);
      case "queueCount":
        return countLine(event, now);
      case "agentComplete": {
        const recorded = event.recording === null ? "" : ", recorded";
        const what = `call over: ${event.talkTime} s of talk, ${event.holdTime} s of wait${recorded}`;
        return { at: event.at, who: whoIs(event.agent), queue: event.queueName, what, tone: "note" };
      }
      case "originateFailed":
        return { at: event.at, who: "", queue: "", what: `a call could not be made: ${event.reason}`, tone: "note" };
      case "parkedCall":
      case "unParkedCall":
      case "parkedCallTimeOut":
      case "parkedCallGiveUp": {
        const what = `${event.callerId ?? "a caller"} ${parkingWords[event.type]} ${event.parkingSpace}`;
        return { at: event.at, who: "", queue: "", what, tone: "note" };
      }
      default:
        return undefined;
    }
  }

  function eventLines(events: readonly Event[], now: number): Line[] {
    for (const event of events) remember(event);
    const phones = new Map<string, number>();
    const lines: Line[] = [];
    for (const event of events) {
      if (event.type === "extensionStatus" || event.type === "phoneNumber") phones.set(event.agent, event.at);
      const line = lineOf(event, now);
      if (line) lines.push(line);
    }
    for (const [agent, at] of phones) {
      const line = phoneLine(agent, at);
      if (line) lines.push(line);
    }
    return lines;
  }

  return {
    render: (frame, now) => {
      if (frame.type === "events") return eventLines(frame.events, now);
      if (frame.type === "link") return [{ at: now, who: "", queue: "", what: linkWords[frame.link], tone: "note" }];
      eventLines(frame.events, now);
      const what = `snapshot: ${plural(counts.size, "queue")}, ${plural(names.size, "agent")}; ${linkWords[frame.link]}`;
      return [{ at: now, who: "", queue: "", what, tone: "note" }];
    },
  };
}

const parkingWords = {
  parkedCall: "is parked at",
  unParkedCall: "was taken back from",
  parkedCallTimeOut: "waited too long at",
  parkedCallGiveUp: "hung up while parked at",
} as const;
const linkWords = {
  up: "the PBX is connected",
  down: "the connector has lost the PBX",
  offline: "the connector is away",
} as const;

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

const colours: Readonly<Record<Tone, string>> = {
  ring: "33",
  talk: "32",
  calm: "0",
  away: "35",
  wait: "36",
  note: "2",
};

/** In columns: time, agent, queue, what. */
export function formatLine({ at, who, queue, what, tone }: Line, hasColour: boolean): string {
  const clock = new Date(at).toTimeString().slice(0, 8);
  const text = `  ${clock}  ${who.padEnd(16)} ${queue.padEnd(9)} ${what}`;
  return hasColour ? `\u001b[${colours[tone]}m${text}\u001b[0m` : text;
}

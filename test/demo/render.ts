/**
 * Frames as lines that a person reads: time, agent, queue, what. Several events of one frame that are one fact to a person (a phone's
 * state and its call, the same in each of the agent's queues) are one line. It does no I/O, and remembers only what its lines need.
 */
import type { ServerFrame, SiteEvent } from "@pbxis/shared";

type Tone = "free" | "rings" | "talks" | "away" | "waits" | "note";
export type Line = Readonly<{ at: number; agent: string; queue: string; what: string; tone: Tone }>;

const colours: Readonly<Record<Tone, number>> = { free: 0, rings: 33, talks: 32, away: 35, waits: 36, note: 2 };
const agentWidth = 15;
const queueWidth = 9;
const maxText = 60;

export function formatLine({ at, agent, queue, what, tone }: Line, hasColour: boolean): string {
  const clock = new Date(at).toTimeString().slice(0, 8);
  const text = `  ${clock}  ${column(agent, agentWidth)}  ${column(queue, queueWidth)}  ${what}`;
  return hasColour ? `\u001b[${colours[tone]}m${text}\u001b[0m` : text;
}

function column(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** A caller chooses his name; he does not get to move the reader's cursor. */
function safe(text: string): string {
  const shown = text.replace(/\p{C}/gu, "\ufffd");
  return shown.length > maxText ? `${shown.slice(0, maxText - 1)}…` : shown;
}

type Of<Type extends SiteEvent["type"]> = Extract<SiteEvent, { type: Type }>;
type Phone = { status: Of<"extensionStatus">["status"]; call: Of<"phoneNumber"> | null; shown: string };

const phoneWords: Readonly<Record<Phone["status"], readonly [string, Tone]>> = {
  not_inuse: ["free", "free"],
  ringing: ["rings", "rings"],
  inuse: ["talks", "talks"],
  ringinuse: ["rings again", "rings"],
  busy: ["busy", "talks"],
  onhold: ["on hold", "away"],
  unavailable: ["phone offline", "away"],
};
const linkWords = {
  up: "the PBX is connected",
  down: "the PBX is away; what is known stays, as of now",
  offline: "the connector is away; what is known stays, as of now",
} as const;
const parkingWords = {
  parkedCall: "is parked at",
  unParkedCall: "was taken back from",
  parkedCallTimeOut: "was parked too long at",
  parkedCallGiveUp: "hung up, parked at",
} as const;

export type Renderer = Readonly<{ render: (frame: ServerFrame, now: number) => readonly Line[] }>;

export function createRenderer(): Renderer {
  const names = new Map<string, string>();
  const phones = new Map<string, Phone>();
  const members = new Map<string, string>();
  const counts = new Map<string, number>();

  const label = (agent: string) => {
    const name = names.get(agent);
    return safe(name === undefined || name === agent ? agent : `${agent} ${name}`);
  };
  const plain = (at: number, queue: string, what: string, tone: Tone = "note"): Line => ({
    at,
    agent: "",
    queue,
    what,
    tone,
  });

  function phoneOf(agent: string): Phone {
    const phone = phones.get(agent) ?? { status: "not_inuse", call: null, shown: "" };
    phones.set(agent, phone);
    return phone;
  }

  function phoneLine(agent: string, at: number): Line | undefined {
    const phone = phoneOf(agent);
    const [word, tone] = phoneWords[phone.status];
    const isCalled = phone.status !== "not_inuse" && phone.status !== "unavailable";
    const call = isCalled && phone.call?.number ? phone.call : null;
    const what = call ? `${word.padEnd(7)}  ${safe(`${call.name ?? ""} ${call.number}`.trim())}` : word;
    // Between two calls there is for a moment a call without a party, which is no news.
    const isBetween = isCalled && !call && phone.shown.includes("  ");
    if (what === phone.shown || isBetween) return undefined;
    phone.shown = what;
    return { at, agent: label(agent), queue: safe(call?.queueName ?? ""), what, tone };
  }

  function memberLine(event: Of<"queueMemberStatus">): Line | undefined {
    const key = `${event.agent},${event.queue}`;
    const state =
      event.status === "paused" ? `paused ${event.pausedReason ?? ""}` : event.status === "loggedoff" ? "off" : "on";
    const before = members.get(key) ?? "off";
    members.set(key, state);
    if (state === before) return undefined;
    const line = { at: event.at, agent: label(event.agent), queue: safe(event.queue) };
    if (event.status === "paused") {
      const reason = event.pausedReason === null ? "" : `: ${safe(event.pausedReason)}`;
      return { ...line, what: `paused${reason}`, tone: "away" };
    }
    if (state === "off") return { ...line, what: "logged off", tone: "away" };
    return { ...line, what: before === "off" ? "logged on" : "back from the pause", tone: "free" };
  }

  function countLine({ queue, count, longestWaitSince, at }: Of<"queueCount">): Line | undefined {
    if (counts.get(queue) === count) return undefined;
    counts.set(queue, count);
    const waited = longestWaitSince === null ? 0 : Math.max(0, Math.round((at - longestWaitSince) / 1000));
    const longest = waited === 0 ? "" : `, the first for ${waited} s`;
    return plain(at, safe(queue), count === 0 ? "nobody waits" : `${count} waiting${longest}`, "waits");
  }

  function lineOf(event: SiteEvent): Line | undefined {
    switch (event.type) {
      case "queueMemberStatus":
        return memberLine(event);
      case "queueCount":
        return countLine(event);
      case "agentComplete": {
        const recorded = event.recording === null ? "" : ", recorded";
        const what = `call over: talked ${event.talkTime} s after ${event.holdTime} s of waiting${recorded}`;
        return { ...plain(event.at, safe(event.queueName), what), agent: label(event.agent) };
      }
      case "originateFailed":
        return plain(event.at, "", `a call could not be made: ${safe(event.reason)}`);
      case "parkedCall":
      case "unParkedCall":
      case "parkedCallTimeOut":
      case "parkedCallGiveUp":
        return plain(
          event.at,
          "",
          safe(`${event.callerId ?? "a caller"} ${parkingWords[event.type]} ${event.parkingSpace}`),
        );
      default:
        return undefined;
    }
  }

  function linesOf(events: readonly SiteEvent[]): Line[] {
    const touched = new Map<string, number>();
    for (const event of events) {
      if (event.type === "agentName") names.set(event.agent, event.name);
      if (event.type === "extensionStatus") phoneOf(event.agent).status = event.status;
      if (event.type === "phoneNumber") phoneOf(event.agent).call = event;
      if (event.type === "extensionStatus" || event.type === "phoneNumber") touched.set(event.agent, event.at);
    }
    const lines = [...events.map(lineOf), ...[...touched].map(([agent, at]) => phoneLine(agent, at))];
    return lines.filter((line) => line !== undefined);
  }

  return {
    render: (frame, now) => {
      if (frame.type === "link") return [plain(now, "", linkWords[frame.link])];
      const lines = linesOf(frame.events);
      if (frame.type === "events") return lines;
      // Of a snapshot only what goes on; that all others are free goes without saying.
      const what = `now: ${plural(counts.size, "queue")}, ${plural(names.size, "agent")}; ${linkWords[frame.link]}`;
      const going = lines.filter((line) => line.tone !== "free" && line.what !== "nobody waits");
      return [plain(now, "", what), ...going.map((line) => ({ ...line, at: now }))];
    },
  };
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

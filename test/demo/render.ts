/**
 * Renders frames as lines for people: time, agent, queue and text. Events of one frame that people regard as one change
 * (a phone's state and its call, also in each of the agent's queues) become one line. It does no I/O and keeps only the
 * states that its lines need.
 */
import type { ServerFrame, SiteEvent, SitesFrame } from "@pbxis/shared";

type Tone = "idle" | "ringing" | "talking" | "away" | "waiting" | "note";
type Line = Readonly<{ at: number; agent: string; queue: string; text: string; tone: Tone }>;

/** ANSI colours. */
const colours: Readonly<Record<Tone, number>> = { idle: 0, ringing: 33, talking: 32, away: 35, waiting: 36, note: 2 };
const siteWidth = 6;
const agentWidth = 15;
const queueWidth = 9;
const maxText = 60;

/** `site`: of a line among those of several sites. */
export function formatLine(
  { at, agent, queue, text, tone }: Line,
  hasColour: boolean,
  site: string | null = null,
): string {
  const clock = new Date(at).toTimeString().slice(0, 8);
  const where = site === null ? "" : `${column(site, siteWidth)}  `;
  const line = `  ${clock}  ${where}${column(agent, agentWidth)}  ${column(queue, queueWidth)}  ${text}`;
  return hasColour ? `\u001b[${colours[tone]}m${line}\u001b[0m` : line;
}

function column(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** Callers choose their names, so control characters are replaced: they could move the terminal's cursor. */
function safe(text: string): string {
  const shown = text.replace(/\p{C}/gu, "\ufffd");
  return shown.length > maxText ? `${shown.slice(0, maxText - 1)}…` : shown;
}

type Of<Type extends SiteEvent["type"]> = Extract<SiteEvent, { type: Type }>;
type Phone = { status: Of<"extensionStatus">["status"]; call: Of<"phoneNumber"> | null; shown: string };

const phoneTexts: Readonly<Record<Phone["status"], readonly [string, Tone]>> = {
  not_inuse: ["idle", "idle"],
  ringing: ["ringing", "ringing"],
  inuse: ["talking", "talking"],
  ringinuse: ["second call ringing", "ringing"],
  busy: ["busy", "talking"],
  onhold: ["on hold", "away"],
  unavailable: ["phone unavailable", "away"],
};
const linkTexts = {
  up: "the PBX is connected",
  down: "the PBX is disconnected; the last states remain",
  offline: "the connector is disconnected; the last states remain",
} as const;
const parkingTexts = {
  parkedCall: "is parked at",
  unParkedCall: "was retrieved from",
  parkedCallTimeOut: "timed out at",
  parkedCallGiveUp: "hung up while parked at",
} as const;

const nobodyWaiting = "nobody waiting";

type Renderer = Readonly<{ render: (frame: ServerFrame | SitesFrame, now: number) => readonly Line[] }>;

export function createRenderer(): Renderer {
  const names = new Map<string, string>();
  const phones = new Map<string, Phone>();
  const members = new Map<string, string>();
  const counts = new Map<string, number>();

  const label = (agent: string) => {
    const name = names.get(agent);
    return safe(name === undefined || name === agent ? agent : `${agent} ${name}`);
  };
  const plain = (at: number, queue: string, text: string, tone: Tone = "note"): Line => ({
    at,
    agent: "",
    queue,
    text,
    tone,
  });

  function phoneOf(agent: string): Phone {
    const phone = phones.get(agent) ?? { status: "not_inuse", call: null, shown: "" };
    phones.set(agent, phone);
    return phone;
  }

  function phoneLine(agent: string, at: number): Line | undefined {
    const phone = phoneOf(agent);
    const [state, tone] = phoneTexts[phone.status];
    const hasCall = phone.status !== "not_inuse" && phone.status !== "unavailable";
    const call = hasCall && phone.call?.number ? phone.call : null;
    const text = call ? `${state.padEnd(7)}  ${safe(`${call.name ?? ""} ${call.number}`.trim())}` : state;
    // Between two calls the phone has a call without a party for a moment, which is not shown.
    const isBetweenCalls = hasCall && !call && phone.shown.includes("  ");
    if (text === phone.shown || isBetweenCalls) return undefined;
    phone.shown = text;
    return { at, agent: label(agent), queue: safe(call?.queueName ?? ""), text, tone };
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
      return { ...line, text: `paused${reason}`, tone: "away" };
    }
    if (state === "off") return { ...line, text: "logged off", tone: "away" };
    return { ...line, text: before === "off" ? "logged on" : "unpaused", tone: "idle" };
  }

  function countLine({ queue, count, longestWaitSince, at }: Of<"queueCount">): Line | undefined {
    if (counts.get(queue) === count) return undefined;
    counts.set(queue, count);
    const waited = longestWaitSince === null ? 0 : Math.max(0, Math.round((at - longestWaitSince) / 1000));
    const longest = waited === 0 ? "" : `, the first for ${waited} s`;
    return plain(at, safe(queue), count === 0 ? nobodyWaiting : `${count} waiting${longest}`, "waiting");
  }

  function lineOf(event: SiteEvent): Line | undefined {
    switch (event.type) {
      case "queueMemberStatus":
        return memberLine(event);
      case "queueCount":
        return countLine(event);
      case "agentComplete": {
        const recorded = event.recording === null ? "" : ", recorded";
        const text = `call completed: ${event.talkTime} s of talking after ${event.holdTime} s of waiting${recorded}`;
        return { ...plain(event.at, safe(event.queueName), text), agent: label(event.agent) };
      }
      case "originateFailed":
        return plain(event.at, "", `an originated call failed: ${safe(event.reason)}`);
      case "parkedCall":
      case "unParkedCall":
      case "parkedCallTimeOut":
      case "parkedCallGiveUp":
        return plain(
          event.at,
          "",
          safe(`${event.callerId ?? "a caller"} ${parkingTexts[event.type]} ${event.parkingSpace}`),
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
      if (frame.type === "link") return [plain(now, "", linkTexts[frame.link])];
      const lines = linesOf(frame.events);
      if (frame.type === "events") return lines;
      // Of a snapshot only what is going on is shown, not the idle agents and empty queues.
      const text = `now: ${plural(counts.size, "queue")}, ${plural(names.size, "agent")}; ${linkTexts[frame.link]}`;
      const active = lines.filter((line) => line.tone !== "idle" && line.text !== nobodyWaiting);
      return [plain(now, "", text), ...active.map((line) => ({ ...line, at: now }))];
    },
  };
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Frames as lines that a person reads: time, agent, queue, what. It remembers agents' names (EV1), and does no I/O. */
import type { Event, ServerFrame } from "@pbxis/shared";

export type Colour = "plain" | "dim" | "green" | "yellow" | "red" | "magenta";
export type Line = Readonly<{ at: number; agent: string; queue: string; what: string; colour: Colour }>;

const codes = { plain: 0, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35 } as const;
const agentWidth = 15;
const queueWidth = 8;
const maxText = 60;

export function formatLine({ at, agent, queue, what, colour }: Line, hasColour: boolean): string {
  const clock = new Date(at).toTimeString().slice(0, 8);
  const shown = hasColour ? `\u001b[${codes[colour]}m${what}\u001b[0m` : what;
  return `  ${clock}  ${column(agent, agentWidth)}  ${column(queue, queueWidth)}  ${shown}`;
}

function column(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

export function createRenderer(): Readonly<{ render: (frame: ServerFrame, now: number) => Line[] }> {
  const names = new Map<string, string>();
  const lineOf = (event: Event): Line => {
    const agent = "agent" in event ? safe(names.get(event.agent) ?? event.agent) : "";
    const queue = "queue" in event ? event.queue : "queueName" in event ? (event.queueName ?? "") : "";
    const [colour, what] = describe(event);
    return { at: event.at, agent, queue: safe(queue), what, colour };
  };
  return {
    render: (frame, now) => {
      if (frame.type === "link") return [linkLine(frame.link, now)];
      for (const event of frame.events) {
        if (event.type === "agentName")
          names.set(event.agent, event.name === event.agent ? event.name : `${event.agent} ${event.name}`);
      }
      if (frame.type === "events") return frame.events.map(lineOf);
      return frame.link === "up" ? [countLine(frame.events, now), linkLine("up", now)] : [linkLine(frame.link, now)];
    },
  };
}

function linkLine(link: "up" | "down" | "offline", at: number): Line {
  const what = {
    up: "the PBX is there; from here on everything is live",
    down: "the PBX is away; what is known stays, as of now",
    offline: "waiting for the connector",
  }[link];
  return { at, agent: "", queue: "", what, colour: link === "up" ? "green" : "dim" };
}

function countLine(events: readonly Event[], at: number): Line {
  const count = (type: Event["type"]) => events.filter((event) => event.type === type).length;
  const what = `snapshot: ${count("queueCount")} queues, ${count("agentName")} agents, ${count("queueMemberStatus")} memberships`;
  return { at, agent: "", queue: "", what, colour: "dim" };
}

/** A caller chooses his name; he does not get to move the reader's cursor. */
function safe(text: string): string {
  const shown = text.replace(/\p{C}/gu, "\ufffd");
  return shown.length > maxText ? `${shown.slice(0, maxText - 1)}…` : shown;
}

const statusColours: Readonly<Record<string, Colour>> = {
  not_inuse: "green",
  ringing: "yellow",
  ringinuse: "yellow",
  inuse: "red",
  busy: "red",
  onhold: "magenta",
  paused: "magenta",
};

function describe(event: Event): readonly [Colour, string] {
  switch (event.type) {
    case "agentName":
      return ["dim", `is called ${safe(event.name)}`];
    case "extensionStatus":
      return [statusColours[event.status] ?? "dim", `phone ${event.status}`];
    case "queueMemberStatus": {
      const reason = event.status === "paused" && event.pausedReason ? ` (${safe(event.pausedReason)})` : "";
      return [statusColours[event.status] ?? "dim", `${event.status}${reason}`];
    }
    case "phoneNumber":
      return event.number === null ? ["dim", "no call"] : ["plain", `call ${partyOf(event.number, event.name)}`];
    case "queueCount":
      return [event.count > 0 ? "yellow" : "green", `${event.count} waiting`];
    case "agentComplete": {
      const file = event.recording === null ? "" : `, recorded as ${safe(event.recording.split("/").at(-1) ?? "")}`;
      return [
        "plain",
        `call over: talked ${event.talkTime} s, waited ${event.holdTime} s, ${event.reason} hung up${file}`,
      ];
    }
    case "originateFailed":
      return ["red", `call ${safe(event.actionId)} failed: ${safe(event.reason)}`];
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return ["magenta", `${event.type}: ${safe(event.callerId ?? "unknown")} at space ${safe(event.parkingSpace)}`];
    case "queueSummary":
    case "memberSummary":
      return ["dim", event.type];
  }
}

function partyOf(number: string, name: string | null): string {
  return name === null || name === number ? safe(number) : `${safe(number)} ${safe(name)}`;
}

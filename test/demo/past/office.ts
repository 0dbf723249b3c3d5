/** The demo's call center: eight queues, forty agents, and how busy they are in the course of a day. */
import type { AgentConfig, QueueConfig } from "../../pbx/state.ts";
import type { Pace } from "../../pbx/traffic.ts";

const names = [
  ...["Ada Keller", "Ben Novak", "Carla Ruiz", "Daan Visser", "Elif Demir", "Farah Haddad", "Goran Babic", "Hana Sato"],
  ...[
    "Ivan Petrov",
    "Jana Kovac",
    "Kofi Mensah",
    "Lea Fischer",
    "Marco Rossi",
    "Nina Larsen",
    "Omar Said",
    "Paula Lima",
  ],
  ...["Quinn Adams", "Rosa Marin", "Sven Holm", "Tara Singh", "Uma Patel", "Vera Zoric", "Wim de Boer", "Xenia Popa"],
  ...[
    "Yann Leroy",
    "Zoe Clark",
    "Anton Weber",
    "Bela Nagy",
    "Clara Dubois",
    "Dino Moretti",
    "Emma Wilson",
    "Filip Horak",
  ],
  ...["Greta Olsen", "Hugo Santos", "Iris Blum", "Jonas Berg", "Karin Lund", "Luka Maric", "Mila Simic", "Noah Evans"],
];

export const demoAgents: readonly AgentConfig[] = names.map((name, index) => ({ id: String(1001 + index), name }));

/** The queues with their shares of the calls and their agents. Some are busier than their agents can bear. */
const queues: readonly (readonly [name: string, share: number, agents: readonly [first: number, count: number]])[] = [
  ["support", 7, [0, 6]],
  ["sales", 4, [6, 8]],
  ["billing", 3, [13, 4]],
  ["orders", 3, [17, 7]],
  ["service-desk", 2, [23, 5]],
  ["returns", 1, [27, 5]],
  ["appointments", 1, [31, 4]],
  ["vip", 1, [34, 6]],
];

export const demoQueues: readonly QueueConfig[] = queues.map(([name, , [first, count]], index) => ({
  name,
  exten: String(5001 + index),
  strategy: "rrmemory",
  monitor: index % 2 === 0 ? "before" : "answered",
  members: demoAgents.slice(first, first + count).map(({ id }) => id),
}));

/** How long an agent has for the paperwork after a call. */
export const wrapUpSeconds = 30;

const minuteMs = 60_000;
const busiest = 1.6;

/** Calls a minute: busiest late in the morning and in the afternoon, and never quiet, because a demo runs at any hour. */
export function callsPerMinute(now: number): number {
  const date = new Date(now);
  const hour = date.getHours() + date.getMinutes() / 60;
  const peak = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));
  return busiest * Math.min(1, 0.25 + 0.7 * peak(10.5, 2.2) + 0.6 * peak(15, 2.5));
}

export const demoPace: Pace = {
  callsPerMinute,
  queues: queues.flatMap(([name, share]) => Array.from({ length: share }, () => name)),
  openingCalls: 4,
  patience: [10_000, 4 * minuteMs],
  talk: [2 * minuteMs, 11 * minuteMs],
  hold: [5_000, 40_000],
  work: [40 * minuteMs, 150 * minuteMs],
  pause: [4 * minuteMs, 40 * minuteMs],
};

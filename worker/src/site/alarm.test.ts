import { expect, it } from "vitest";
import { type AlarmNeeds, alarmToSet, planAlarm } from "./alarm.ts";

const idle: AlarmNeeds = { sockets: [], routingDueAt: null, commandsDueAt: null, expiryDueAt: null };
const socket = (silentAt: number, expiresAt: number | null = null) => ({ silentAt, expiresAt });

it.each<[string, Partial<AlarmNeeds>, number | null]>([
  ["nothing to wait for", {}, null],
  ["ST3 one socket", { sockets: [socket(2_000)] }, 2_000],
  ["the socket that is silent first", { sockets: [socket(3_000), socket(2_000)] }, 2_000],
  ["a token that ends before", { sockets: [socket(2_000, 1_500)] }, 1_500],
  ["a token that ends later", { sockets: [socket(2_000, 99_000)] }, 2_000],
  ["a delivery before", { sockets: [socket(2_000)], routingDueAt: 1_200 }, 1_200],
  ["a delivery alone", { routingDueAt: 1_200 }, 1_200],
  ["a command", { sockets: [socket(2_000)], routingDueAt: 1_300, commandsDueAt: 1_200 }, 1_200],
  ["a row to delete", { commandsDueAt: 1_300, expiryDueAt: 1_200 }, 1_200],
])("%s", (_title, needs, due) => {
  expect(planAlarm({ ...idle, ...needs })).toBe(due);
});

it.each<[number | null, number | null, number | null]>([
  [null, null, null],
  [null, 5, 5],
  [9, 5, 5],
  [5, 5, null],
  [3, 5, null],
  [3, null, null],
])("set for %s, due at %s: set to %s, for a write is saved where an early ring will do", (current, due, set) => {
  expect(alarmToSet(current, due)).toBe(set);
});

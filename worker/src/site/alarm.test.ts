import { expect, it } from "vitest";
import { AlarmClock, type AlarmNeeds, alarmToSet, planAlarm } from "./alarm.ts";

const idle: AlarmNeeds = {
  sockets: [],
  routingDueAt: null,
  commandsDueAt: null,
  expiryDueAt: null,
  statisticsDueAt: null,
  alertsDueAt: null,
};
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

it("an alarm that could not be set is set with the next turn, and the failure is reported", async () => {
  const set: number[] = [];
  const failures: unknown[] = [];
  let isFull = true;
  const setAlarm = async (at: number | Date) => {
    if (isFull) throw new Error("database or disk is full: SQLITE_FULL");
    set.push(Number(at));
  };
  const alarm = new AlarmClock({ getAlarm: async () => null, setAlarm }, (error) => failures.push(String(error)));
  alarm.set(5_000);
  await expect.poll(() => failures).toEqual([expect.stringMatching(/SQLITE_FULL/)]);
  isFull = false;
  alarm.set(9_000);
  expect(set).toEqual([9_000]);
});

it("an alarm is late if it has not rung a second after its time", async () => {
  const alarm = new AlarmClock({ getAlarm: async () => 5_000, setAlarm: async () => {} }, () => {});
  expect(alarm.isLate(9_000)).toBe(false);
  await alarm.load();
  expect([alarm.isLate(5_900), alarm.isLate(6_001)]).toEqual([false, true]);
  alarm.rang();
  expect(alarm.isLate(9_000)).toBe(false);
});

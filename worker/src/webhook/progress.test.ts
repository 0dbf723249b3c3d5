import { describe, expect, it } from "vitest";
import type { Message } from "./message.ts";
import { type Answer, noProgress, onAnswer, type Progress } from "./progress.ts";
import { maxTries, parseRetryAfter, retryAt } from "./schedule.ts";

const now = 1_763_890_000_000;
const message = (sequence: number): Message => ({
  id: `hq:k-${sequence}`,
  cursor: { epoch: "k", sequence },
  content: { type: "test", timestamp: "2026-11-30T00:00:00.000Z", data: { site: "hq", webhook: "aaaaaaaaaaaaaaaa" } },
});
const answered = (status: number | null, retryAfterMs: number | null = null): Answer => ({
  ...{ status, ms: 20, problem: status === null ? "no answer within 15 s" : null, retryAfterMs },
});
/** Everything fails until a message is given up. */
function giveUp(progress: Progress, sequence: number) {
  let step = onAnswer(progress, message(sequence), answered(500), now, 0.5);
  for (let tries = 1; tries < maxTries; tries++) {
    expect([step.outcome, step.disable]).toEqual(["again", null]);
    step = onAnswer(step.progress, message(sequence), answered(null), now, 0.5);
  }
  return step;
}

describe("AP14 an answer decides what becomes of the message", () => {
  it.each([200, 201, 204, 299])("%s: it is done", (status) => {
    const failed = { ...noProgress, failures: 3, retryAt: 1, deadInRow: 2 };
    const { progress, outcome } = onAnswer(failed, message(7), answered(status), now, 0);
    expect(outcome).toBe("done");
    expect(progress).toMatchObject({ cursor: { sequence: 7 }, failures: 0, retryAt: null, deadInRow: 0 });
    expect(progress.attempts).toEqual([{ at: now - 20, id: "hq:k-7", status, ms: 20, problem: null }]);
  });

  it.each([199, 301, 302, 400, 404, 429, 500, null])("%s: it is sent again, after 5 s at first", (status) => {
    const { progress, outcome, disable } = onAnswer(noProgress, message(7), answered(status), now, 0.5);
    expect([outcome, disable]).toEqual(["again", null]);
    expect(progress).toMatchObject({ cursor: null, failures: 1, retryAt: now + 5_000 });
  });

  it("410: it stays the next one, and the endpoint stops", () => {
    const { progress, outcome, disable } = onAnswer(noProgress, message(7), answered(410), now, 0.5);
    expect([outcome, disable, progress.cursor, progress.retryAt]).toEqual(["again", "gone", null, null]);
  });

  it("the tenth failure makes a dead letter of it, and the next begins; the fifth in a row stops the endpoint", () => {
    let progress = noProgress;
    for (const sequence of [1, 2, 3, 4]) {
      const step = giveUp(progress, sequence);
      expect([step.outcome, step.disable]).toEqual(["dead", null]);
      expect(step.progress).toMatchObject({ cursor: { sequence }, failures: 0, retryAt: null, deadInRow: sequence });
      progress = step.progress;
    }
    expect(giveUp(progress, 5)).toMatchObject({ outcome: "dead", disable: "failing" });
    const taken = onAnswer(progress, message(5), answered(200), now, 0).progress;
    expect(giveUp(taken, 6).disable).toBe(null);
  });

  it("one that is not in its turn moves no position", () => {
    const there = { ...noProgress, cursor: { epoch: "k", sequence: 9 } };
    const { progress } = onAnswer(there, { ...message(3), cursor: null }, answered(200), now, 0);
    expect(progress.cursor).toEqual({ epoch: "k", sequence: 9 });
  });

  it("the last hundred tries are kept", () => {
    let progress = noProgress;
    for (let sequence = 0; sequence < 150; sequence++)
      progress = onAnswer(progress, message(sequence), answered(200), now, 0).progress;
    expect([progress.attempts.length, progress.attempts[0]?.id]).toEqual([100, "hq:k-149"]);
  });
});

describe("AP14 pauses", () => {
  it("grow to ten hours, and are spread by a fifth", () => {
    const pauses = Array.from({ length: 9 }, (_, index) => retryAt(index + 1, null, 0, 0.5) / 1000);
    expect(pauses).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 18_000, 36_000]);
    expect([retryAt(1, null, 0, 0), retryAt(1, null, 0, 1)]).toEqual([4_000, 6_000]);
  });

  it.each<[number, number | null, number]>([
    [1, 60_000, 60_000],
    [1, 1_000, 5_000],
    [1, 86_400_000, 3_600_000],
    [8, 60_000, 18_000_000],
  ])("after failure %i a Retry-After of %s ms makes it %i ms", (failures, retryAfter, pause) => {
    expect(retryAt(failures, retryAfter, 0, 0.5)).toBe(pause);
  });

  it.each<[string | null, number | null]>([
    [null, null],
    ["120", 120_000],
    ["Sun, 23 Nov 2025 09:27:40 GMT", 60_000],
    ["Sun, 23 Nov 2025 09:20:00 GMT", 0],
    ["soon", null],
    ["-5 s", null],
  ])("Retry-After: %s is %s ms", (header, ms) => {
    expect(parseRetryAfter(header, Date.parse("2025-11-23T09:26:40Z"))).toBe(ms);
  });
});

import type { Cursor } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { renewalIntervalMs } from "../ticket/lease.ts";
import { keepLease } from "./lease-keeper.ts";

const at = (sequence: number): Cursor => ({ epoch: "k", sequence });

/** A Ticket object that answers when the test says so. */
function scripted() {
  const reports: (number | null)[] = [];
  const answers: PromiseWithResolvers<boolean>[] = [];
  const renew = (delivered: Cursor | null): Promise<boolean> => {
    reports.push(delivered?.sequence ?? null);
    const answer = Promise.withResolvers<boolean>();
    answers.push(answer);
    return answer.promise;
  };
  const settle = async (answer: boolean | Error): Promise<void> => {
    const waiting = answers.shift();
    if (answer instanceof Error) waiting?.reject(answer);
    else waiting?.resolve(answer);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { reports, renew, settle };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("PX2 sends one report at a time, and always the newest position", async () => {
  const { reports, renew, settle } = scripted();
  const lease = keepLease(renew, () => {});
  lease.delivered(at(1));
  lease.delivered(at(2));
  lease.delivered(at(3));
  expect(reports).toEqual([1]);
  await settle(true);
  expect(reports).toEqual([1, 3]);
  await settle(true);
  expect(reports).toEqual([1, 3]);
  expect(lease.end()).toEqual(at(3));
});

it("PX2 renews at intervals with the position that was passed, and not after the end", async () => {
  const { reports, renew, settle } = scripted();
  const lease = keepLease(renew, () => {});
  await vi.advanceTimersByTimeAsync(renewalIntervalMs);
  expect(reports).toEqual([null]);
  await settle(true);
  lease.passed(at(5));
  expect(reports).toEqual([null]);
  await vi.advanceTimersByTimeAsync(renewalIntervalMs);
  expect(reports).toEqual([null, 5]);
  await settle(true);
  expect(lease.end()).toEqual(at(5));
  await vi.advanceTimersByTimeAsync(3 * renewalIntervalMs);
  expect(reports).toEqual([null, 5]);
});

it("PX2 repeats a report that failed; a refused one means that the ticket is lost", async () => {
  const { reports, renew, settle } = scripted();
  const lost = vi.fn();
  const lease = keepLease(renew, lost);
  lease.delivered(at(1));
  await settle(new Error("scripted failure"));
  expect(lost).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(renewalIntervalMs);
  expect(reports).toEqual([1, 1]);
  await settle(false);
  expect(lost).toHaveBeenCalledOnce();
  lease.end();
});

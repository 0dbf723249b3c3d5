import { afterEach, expect, it, vi } from "vitest";
import { failed } from "../testing/events.ts";
import { eventMessage } from "./message.ts";
import { post } from "./post.ts";

const target = { url: "https://crm.example/hook", secrets: ["whsec_c2VjcmV0"] };
const message = eventMessage("hq", { epoch: "k3", sequence: 41 }, failed("1"));

afterEach(() => {
  vi.restoreAllMocks();
});

it("AP14 no more is looked at than the status: an answer without end is not read", async () => {
  let pulled = 0;
  let isCancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled += 1;
      controller.enqueue(new Uint8Array(1024));
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  const sent = vi
    .spyOn(globalThis, "fetch")
    .mockResolvedValue(new Response(endless, { headers: { "retry-after": "9" } }));
  expect(await post(target, message)).toMatchObject({ status: 200, problem: null, retryAfterMs: 9_000 });
  await expect.poll(() => isCancelled).toBe(true);
  expect(pulled).toBeLessThan(3);
  expect(sent.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    redirect: "manual",
    signal: expect.any(AbortSignal),
  });
});

it.each<[Error, string]>([
  [new DOMException("The operation timed out", "TimeoutError"), "no answer within 15 s"],
  [new TypeError("connect ECONNREFUSED https://user:secret@crm.example"), "the connection failed"],
])("AP14 without an answer it says why, and no more: %s", async (error, problem) => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(error);
  expect(await post(target, message)).toMatchObject({ status: null, problem, retryAfterMs: null });
});

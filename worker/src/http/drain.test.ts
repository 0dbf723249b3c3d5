import { afterEach, expect, it, vi } from "vitest";
import { drain } from "./drain.ts";

afterEach(() => {
  vi.useRealTimers();
});

const mebibyte = 1024 * 1024;

it.each([
  ["a short body is read to its end", 3, 3],
  ["an endless one is given up", Number.POSITIVE_INFINITY, 5],
])("%s", async (_title, chunks, read) => {
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (pulled >= chunks) return controller.close();
        pulled += 1;
        controller.enqueue(new Uint8Array(mebibyte));
      },
    },
    { highWaterMark: 0 },
  );
  await drain(body.getReader());
  expect(pulled).toBe(read);
});

it("a body that does not come is not waited for", async () => {
  vi.useFakeTimers();
  const drained = drain(new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) }).getReader());
  await vi.advanceTimersByTimeAsync(5_000);
  await drained;
});

it("a client that has disconnected needs no answer", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("lost")) });
  await expect(drain(body.getReader())).resolves.toBeUndefined();
});

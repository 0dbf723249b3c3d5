/**
 * The receiver of a webhook, for tests: takes the place of `fetch`, notes what was sent, and answers as the test says.
 */
import { vi } from "vitest";

export type Received = Readonly<{ url: string; headers: Headers; body: string; init: RequestInit | undefined }>;
type Answer = Response | Promise<Response>;

export class Receiver {
  readonly received: Received[] = [];
  /** Answers the next message; without one it is 200. */
  readonly answers: ((received: Received) => Answer)[] = [];

  constructor() {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const received = {
        ...{ url: String(input), headers: new Headers(init?.headers), body: String(init?.body), init },
      };
      this.received.push(received);
      return this.answers.shift()?.(received) ?? new Response("thank you");
    });
  }

  /** The next `count` messages get this status. */
  answer(status: number, count = 1, headers: Record<string, string> = {}): void {
    for (let left = count; left > 0; left--) this.answers.push(() => new Response(null, { status, headers }));
  }

  get ids(): string[] {
    return this.received.map(({ headers }) => headers.get("webhook-id") ?? "");
  }

  get contents(): { type: string; data: { cursor?: string; lostFrom?: string; event?: Record<string, unknown> } }[] {
    return this.received.map(({ body }) => JSON.parse(body));
  }
}

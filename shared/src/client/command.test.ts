import { describe, expect, it } from "vitest";
import { type AbortSignalLike, sendCommand } from "./command.ts";
import { createHttp } from "./http.ts";
import { type HttpRequest, type HttpResponse, platformOf } from "./platform.ts";

/** `body` is sent as JSON unless it is text. `afterMs`: how long the answer takes. */
type Reply = Readonly<{ status: number; body: unknown }> | "broken";
type Timed = Readonly<{ reply: Reply; afterMs?: number; before?: () => void }>;

/** A site that gives these replies in turn and then repeats the last one, and a clock that timers advance at once. */
function siteThat(...replies: (Reply | Timed)[]) {
  const requests: HttpRequest[] = [];
  let now = 0;
  let lateMs = 0;
  const platform = platformOf({
    fetch: async (_url, request): Promise<HttpResponse> => {
      const next = replies[Math.min(requests.length, replies.length - 1)] ?? "broken";
      const {
        reply,
        afterMs = 0,
        before,
      }: Timed = typeof next === "object" && "reply" in next ? next : { reply: next };
      requests.push(request);
      now += afterMs;
      before?.();
      if (reply === "broken") throw new TypeError("fetch failed");
      const { status, body } = reply;
      return { status, text: async () => (typeof body === "string" ? body : JSON.stringify(body)), body: null };
    },
    now: () => now,
    random: () => 0.999,
    setTimer: (ms, run) => {
      // The time-out of a request never expires here.
      if (ms > 10_000) return () => {};
      now += ms + lateMs;
      void Promise.resolve().then(run);
      return () => {};
    },
    randomId: () => "key-1",
  });
  const command = { type: "originate", agent: "1001", to: "555" } as const;
  const send = (options = {}, token: string | (() => Promise<string>) = "t") =>
    sendCommand(createHttp({ url: "https://edge.test/", token }, "/v1/sites/hq", platform), platform, command, options);
  /** A token function whose calls take these times. */
  const tokenAfter =
    (...waitsMs: number[]) =>
    async () => {
      now += waitsMs.shift() ?? 0;
      return "t";
    };
  return {
    send,
    requests,
    tokenAfter,
    delayTimers: (ms: number) => {
      lateMs = ms;
    },
    keys: () => new Set(requests.map(({ headers }) => headers["idempotency-key"])),
    deadlines: () => requests.map(({ body }) => JSON.parse(body ?? "").deadlineSeconds),
  };
}

const done: Reply = { status: 200, body: { commandId: "c-1", status: "done", result: { actionId: "a-1" } } };
const refusal = (status: number, code: string): Reply => ({ status, body: { error: { code, message: "because" } } });

/** An AbortSignal that aborts itself. */
class Abort implements AbortSignalLike {
  aborted = false;
  readonly listeners = new Set<() => void>();
  addEventListener(_type: "abort", listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: "abort", listener: () => void): void {
    this.listeners.delete(listener);
  }
  abort(): void {
    this.aborted = true;
    for (const listener of this.listeners) listener();
  }
}

describe("CM12 which failures are retried, and with which key", () => {
  it.each<[string, Reply]>([
    ["a broken request", "broken"],
    ["a site that is away", refusal(503, "unavailable")],
    ["CM16 too many commands", refusal(429, "too_fast")],
    ["a defect", refusal(500, "internal")],
    ["a gateway's page", { status: 502, body: "<html>" }],
  ])("%s is retried with the same key", async (_what, first) => {
    const site = siteThat(first, done);
    expect(await site.send()).toEqual({ status: "done", commandId: "c-1", result: { actionId: "a-1" } });
    expect([site.requests.length, [...site.keys()]]).toEqual([2, ["key-1"]]);
  });

  it("the caller's own key is used", async () => {
    const site = siteThat("broken", done);
    await site.send({ idempotencyKey: "click-7" });
    expect([...site.keys()]).toEqual(["click-7"]);
  });

  it.each([
    [400, "bad_request"],
    [403, "forbidden"],
    [404, "not_found"],
    [409, "several_calls"],
    [422, "key_reused"],
    [502, "asterisk_refused"],
    [503, "deadline_passed"],
  ])("%i %s is final", async (status, code) => {
    const site = siteThat(refusal(status, code), done);
    expect(await site.send()).toMatchObject({ status: "failed", error: { code, message: "because" } });
    expect(site.requests.length).toBe(1);
  });

  it("CM11 an unknown outcome is never repeated", async () => {
    const error = { code: "outcome_unknown", message: "because" };
    const site = siteThat({ status: 504, body: { commandId: "c-3", status: "unknown", error } }, done);
    expect(await site.send()).toEqual({ status: "unknown", commandId: "c-3", error });
    expect(site.requests.length).toBe(1);
  });

  it("CM11 an outcome_unknown without command id is retried with the same key, and may have been accepted", async () => {
    const [silent, again] = [refusal(504, "outcome_unknown"), siteThat(refusal(504, "outcome_unknown"), done)];
    expect(await again.send()).toMatchObject({ status: "done" });
    expect(again.keys().size).toBe(1);
    const refused = siteThat(silent, refusal(401, "unauthorized"));
    expect(await refused.send()).toMatchObject({ status: "unknown", commandId: null });
  });
});

it("CM12 a failure with a command id is final", async () => {
  const error = { code: "unavailable", message: "no AMI" };
  const site = siteThat({ status: 503, body: { commandId: "c-2", status: "failed", error } }, done);
  expect(await site.send()).toEqual({ status: "failed", commandId: "c-2", error });
  expect(site.requests.length).toBe(1);
});

describe("CM11 after an attempt that may have arrived", () => {
  it.each<[string, Reply, string]>([
    ["a token that has ended", refusal(401, "unauthorized"), "because"],
    ["a grant that is gone", refusal(403, "forbidden"), "because"],
    ["a request that is refused", refusal(400, "bad_request"), "because"],
    ["a path that is gone", refusal(404, "not_found"), "because"],
    ["a deadline_passed without command id", refusal(503, "deadline_passed"), "because"],
    ["a gateway's refusal", { status: 403, body: "<html>" }, "the site answered 403"],
  ])("%s leaves the outcome unknown, with its message", async (_what, reply, words) => {
    for (const first of ["broken", refusal(500, "internal"), { status: 502, body: "<html>" }] as const) {
      const site = siteThat(first, reply, done);
      const message = expect.stringContaining(words);
      const error = { code: "outcome_unknown", message };
      expect(await site.send()).toEqual({ status: "unknown", commandId: null, error });
      expect(site.requests.length).toBe(2);
    }
  });

  it("the command's own failure counts", async () => {
    const error = { code: "deadline_passed", message: "late" };
    const site = siteThat("broken", { status: 503, body: { commandId: "c-4", status: "failed", error } });
    expect(await site.send()).toEqual({ status: "failed", commandId: "c-4", error });
  });

  it("CM12 key_reused means that this command was never accepted", async () => {
    const site = siteThat("broken", refusal(422, "key_reused"));
    expect(await site.send()).toMatchObject({ status: "failed", commandId: null, error: { code: "key_reused" } });
  });

  it("a site that was unavailable before it refused has done nothing", async () => {
    const site = siteThat(refusal(503, "unavailable"), refusal(401, "unauthorized"));
    expect(await site.send()).toMatchObject({ status: "failed", error: { code: "unauthorized" } });
  });
});

it("AP5 an unknown outcome has the command's id", async () => {
  const error = { code: "outcome_unknown", message: "AMI was lost" };
  const site = siteThat({ status: 504, body: { commandId: "c-3", status: "unknown", error } });
  expect(await site.send()).toEqual({ status: "unknown", commandId: "c-3", error });
});

describe("giving up", () => {
  it("CM11 each attempt has the rest of the deadline", async () => {
    const site = siteThat({ reply: "broken", afterMs: 6_000 }, done);
    await site.send();
    expect(site.deadlines()).toEqual([10, 4]);
  });

  it("CM11 a request that fails after the deadline is not retried", async () => {
    const site = siteThat({ reply: "broken", afterMs: 11_000 }, done);
    expect(await site.send()).toMatchObject({ status: "unknown" });
    expect(site.requests.length).toBe(1);
  });

  it("CM11 the wait for a token counts towards the deadline", async () => {
    const site = siteThat(refusal(401, "unauthorized"), done);
    expect(await site.send({}, site.tokenAfter(6_000, 2_000))).toMatchObject({ status: "done" });
    expect(site.deadlines()).toEqual([4, 2]);
  });

  it.each<[string, string, number, Reply[], number[]]>([
    ["a first token", "failed", 0, [], [19_000]],
    ["one instead of a refused one", "failed", 1, [refusal(401, "unauthorized")], [0, 19_000]],
    ["one after a broken request", "unknown", 2, ["broken", refusal(401, "unauthorized")], [0, 19_000]],
  ])("CM11 nothing is sent with %s after the deadline: %s", async (_what, status, sent, replies, waitsMs) => {
    const site = siteThat(...replies, done);
    const code = status === "failed" ? "deadline_passed" : "outcome_unknown";
    const message = expect.stringContaining("the deadline passed");
    const outcome = await site.send({}, site.tokenAfter(...waitsMs));
    expect(outcome).toEqual({ status, commandId: null, error: { code, message } });
    expect(site.requests.length).toBe(sent);
  });

  it("CM11 nothing is sent after the deadline by a page that slept between two attempts", async () => {
    const site = siteThat("broken", done);
    site.delayTimers(60_000);
    expect(await site.send()).toMatchObject({ status: "unknown" });
    expect(site.requests.length).toBe(1);
  });

  it("aborted before it was sent: failed; aborted afterwards: unknown", async () => {
    const site = siteThat(refusal(503, "unavailable"));
    const early = new Abort();
    early.abort();
    expect(await site.send({ signal: early })).toMatchObject({ status: "failed", error: { code: "aborted" } });
    expect(site.requests.length).toBe(0);
    const late = new Abort();
    const broken = siteThat({ reply: "broken", before: () => late.abort() }, done);
    expect(await broken.send({ signal: late })).toMatchObject({ status: "unknown" });
    expect([broken.requests.length, late.listeners.size]).toEqual([1, 0]);
  });

  it("no token: failed, because nothing was sent", async () => {
    const site = siteThat(done);
    const token = () => Promise.reject(new Error("logged out"));
    expect(await site.send({}, token)).toMatchObject({ status: "failed", error: { code: "no_token" } });
    expect(site.requests.length).toBe(0);
  });

  it.each(["<html>", '"sign in"', "null", "{}"])("a 200 that is not the site's (%s) is retried", async (body) => {
    const site = siteThat({ status: 200, body }, done);
    expect(await site.send()).toMatchObject({ status: "done" });
    expect([site.requests.length, [...site.keys()]]).toEqual([2, ["key-1"]]);
  });

  it("a site that stays unavailable: failed, because nothing was done", async () => {
    const site = siteThat(refusal(503, "unavailable"));
    expect(await site.send()).toMatchObject({ status: "failed", error: { code: "unavailable" } });
    expect(site.requests.length).toBeGreaterThan(3);
    expect(site.requests.length).toBeLessThan(10);
  });

  it("no answer at all: unknown, because it may have arrived", async () => {
    const site = siteThat("broken");
    expect(await site.send()).toMatchObject({ status: "unknown", error: { code: "outcome_unknown" } });
  });
});

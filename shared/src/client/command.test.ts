import { describe, expect, it } from "vitest";
import { sendCommand } from "./command.ts";
import { createHttp } from "./http.ts";
import { type HttpRequest, type HttpResponse, platformOf } from "./platform.ts";

type Reply = Readonly<{ status: number; body: unknown }> | "broken";

/** A site that gives these replies, one after another and the last for ever; a clock that timers move at once. */
function siteThat(...replies: Reply[]) {
  const requests: HttpRequest[] = [];
  let now = 0;
  const platform = platformOf({
    fetch: async (_url, request): Promise<HttpResponse> => {
      const reply = replies[Math.min(requests.length, replies.length - 1)];
      requests.push(request);
      if (reply === "broken" || !reply) throw new TypeError("fetch failed");
      return { status: reply.status, text: async () => JSON.stringify(reply.body), body: null };
    },
    now: () => now,
    random: () => 0.999,
    setTimer: (ms, run) => {
      // The time that a request may take is not over while it is answered.
      if (ms > 10_000) return () => {};
      now += ms;
      void Promise.resolve().then(run);
      return () => {};
    },
    randomId: () => "key-1",
  });
  const http = createHttp({ url: "https://edge.test/", site: "hq", token: "t" }, platform);
  const send = (options = {}) => sendCommand(http, platform, { type: "originate", agent: "1001", to: "555" }, options);
  return { send, requests, keys: () => new Set(requests.map(({ headers }) => headers["idempotency-key"])) };
}

const done: Reply = { status: 200, body: { commandId: "c-1", status: "done", result: { actionId: "a-1" } } };
const refusal = (status: number, code: string): Reply => ({ status, body: { error: { code, message: "because" } } });

describe("CM12 what is repeated, and with which key", () => {
  it.each<[string, Reply]>([
    ["a broken request", "broken"],
    ["a site that is away", refusal(503, "unavailable")],
    ["a defect", refusal(500, "internal")],
    ["a gateway's page", { status: 502, body: "<html>" }],
  ])("%s is followed by another with the same key", async (_what, first) => {
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
    const site = siteThat(refusal(504, "outcome_unknown"), done);
    expect(await site.send()).toMatchObject({ status: "unknown" });
    expect(site.requests.length).toBe(1);
  });
});

describe("when it gives up", () => {
  it("a site that stays away: failed, for nothing was done", async () => {
    const site = siteThat(refusal(503, "unavailable"));
    expect(await site.send()).toMatchObject({ status: "failed", error: { code: "unavailable" } });
    expect(site.requests.length).toBeGreaterThan(3);
    expect(site.requests.length).toBeLessThan(10);
  });

  it("nobody ever answered: unknown, for it may have got there", async () => {
    const site = siteThat("broken");
    expect(await site.send()).toMatchObject({ status: "unknown", error: { code: "outcome_unknown" } });
  });
});

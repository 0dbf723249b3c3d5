import { env } from "cloudflare:workers";
import { SiteCommand } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Env } from "../env.ts";
import type { CommandReply, CommandRequest } from "../site/api.ts";
import { newerBuildText } from "../site/newer-build.ts";
import { siteOf } from "../site/stub.ts";
import { TestUplink } from "../testing/uplink.ts";
import { type OutgoingCommand, sendCommand } from "./send-command.ts";

const sent: OutgoingCommand = {
  command: SiteCommand.parse({ type: "hangup", agent: "1001" }),
  reach: { agents: "*", queues: "*" },
  subject: "somebody",
  key: null,
  wait: 0,
};
const refused: CommandReply = { kind: "refused", code: "unavailable", message: "no connector" };

/** A site whose calls run `answers`, one after another, and fail after the last one. */
function siteThat(...answers: readonly ((request: CommandRequest) => Promise<CommandReply>)[]) {
  const calls: { at: number; id: string }[] = [];
  const command = async (request: CommandRequest): Promise<CommandReply> => {
    calls.push({ at: Date.now(), id: request.id });
    const answer = answers[calls.length - 1] ?? broken;
    return answer(request);
  };
  const callAs = async (_token: null, _name: "command", [request]: [CommandRequest]) => {
    return { isRevoked: false, answer: await command(request) };
  };
  const asEnv = { SITE: { getByName: () => ({ callAs }) } } as unknown as Pick<Env, "SITE">;
  return { calls, asEnv };
}

async function broken(): Promise<never> {
  throw new Error("Network connection lost.");
}

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("CM11 accepted, but the answer is lost and the site stays away: outcome_unknown", async () => {
  const connector = await TestUplink.start("answer lost", []);
  const site = siteThat(async (request) => {
    await siteOf(env, "answer lost").command(request, false);
    return broken();
  });
  expect(await sendCommand(site.asEnv, "answer lost", sent)).toMatchObject({
    kind: "refused",
    code: "outcome_unknown",
  });
  expect(await connector.next()).toMatchObject({ type: "command", id: site.calls[0]?.id });
});

it("CM11 an `overloaded` error does not prove that the command was not accepted", async () => {
  const overloaded = async () => {
    throw Object.assign(new Error("exceeded its memory limit and was reset"), { overloaded: true });
  };
  const site = siteThat(overloaded, overloaded, overloaded, overloaded);
  expect(await sendCommand(site.asEnv, "x", sent)).toMatchObject({ code: "outcome_unknown" });
});

/** What workerd throws for an object of a build without the method, and a Site object over newer storage. */
const olderBuild = async () => {
  throw new TypeError('The RPC receiver does not implement the method "callAs".');
};
const newerStorage = async () => {
  throw new Error(`${newerBuildText}: calls 2`);
};

it.each([
  ["older", olderBuild, "the site is unavailable right now"],
  ["newer", newerStorage, newerBuildText],
])("CM11 an object of an %s build has not carried it out: unavailable, and why", async (_, fail, message) => {
  const site = siteThat(fail, fail, fail, fail);
  expect(await sendCommand(site.asEnv, "x", sent)).toEqual({ kind: "refused", code: "unavailable", message });
  const spread = siteThat(broken, fail, fail, fail);
  expect(await sendCommand(spread.asEnv, "x", sent)).toMatchObject({ code: "outcome_unknown" });
  const replaced = siteThat(fail, fail, async () => refused);
  expect(await sendCommand(replaced.asEnv, "x", sent)).toBe(refused);
});

it("a late answer counts, and every attempt has the same id", async () => {
  const site = siteThat(broken, broken, async () => refused);
  expect(await sendCommand(site.asEnv, "x", sent)).toBe(refused);
  expect(new Set(site.calls.map(({ id }) => id)).size).toBe(1);
});

it("four attempts over more than a second, and an answer within 2.5 seconds", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  vi.useFakeTimers();
  const site = siteThat();
  const answers: unknown[] = [];
  sendCommand(site.asEnv, "x", sent).then((answer) => answers.push(answer));
  await vi.advanceTimersByTimeAsync(2_500);
  vi.useRealTimers();
  expect(answers).toHaveLength(1);
  const [first = 0, second = 0, third = 0, fourth = 0, ...more] = site.calls.map(({ at }) => at);
  expect(more).toEqual([]);
  expect(second - first).toBeGreaterThan(200);
  expect(third - second).toBeGreaterThan(400);
  expect(fourth - third).toBeGreaterThan(800);
});

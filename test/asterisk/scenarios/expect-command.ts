/** Sends commands as a client and checks their answers. */
import { until } from "../../harness/wait.ts";
import type { AccountName } from "../config.ts";
import type { Occurrence } from "../expected-stream.ts";
import type { Answer } from "../observer.ts";
import type { TestBed } from "../test-bed.ts";

/** The fields that an answer must have. It may have others; a pattern must match. `http` is the HTTP status. */
type ExpectedAnswer = Readonly<Record<string, unknown>>;

/** Sends a command and returns its answer. @throws Error if the answer differs from `expected`. */
export async function expectCommand(
  bed: TestBed,
  command: Readonly<Record<string, unknown>>,
  expected: ExpectedAnswer,
): Promise<Answer["body"]> {
  const answer = await bed.command(command);
  const wrong = differences({ ...answer.body, http: answer.status }, expected);
  if (wrong.length > 0) throw new Error(`${JSON.stringify(command)}: ${wrong.join("; ")}`);
  return answer.body;
}

function differences(actual: unknown, expected: unknown, path = "answer"): string[] {
  if (expected instanceof RegExp) return expected.test(String(actual)) ? [] : [`${path} is ${actual}, not ${expected}`];
  if (typeof expected !== "object" || expected === null)
    return actual === expected ? [] : [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
  if (typeof actual !== "object" || actual === null) return [`${path} is ${JSON.stringify(actual)}`];
  return Object.entries(expected).flatMap(([name, value]) =>
    differences(Reflect.get(actual, name), value, `${path}.${name}`),
  );
}

export const done = (result: Readonly<Record<string, unknown>> = {}): ExpectedAnswer => ({
  http: 200,
  status: "done",
  result,
});

export const failed = (http: number, code: string, message: RegExp = /./): ExpectedAnswer => ({
  http,
  status: "failed",
  error: { code, message },
});

/** A field of an answer's `result` or `error`. */
export function fieldOf(part: unknown, name: string): unknown {
  return typeof part === "object" && part !== null ? Reflect.get(part, name) : undefined;
}

export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`expected: ${what}`);
}

/** The clients of all chains receive the failure of an originated call, whichever chain carried the command. */
export const originateFailed = (actionId: unknown, reason: string): Occurrence => ({
  type: "originateFailed",
  actionId: String(actionId),
  reason,
});

type Shown = Readonly<Record<string, unknown>>;

/** Waits until `phoneNumber` of the agent has these details (EV4): at the clients of all chains, or of one account. */
export function expectShown(bed: TestBed, agent: string, details: Shown, account?: AccountName): Promise<void> {
  return expectState(bed, `phoneNumber,${agent}`, details, account);
}

/** The same of EV21; null for a supervisor who listens to nobody. */
export function expectSupervision(bed: TestBed, supervisor: string, details: Shown | null, account?: AccountName) {
  return expectState(bed, `supervision,${supervisor}`, details, account);
}

export async function expectState(
  bed: TestBed,
  key: string,
  details: Shown | null,
  account?: AccountName,
): Promise<void> {
  for (const observer of bed.observers) {
    if (account && observer.account !== account) continue;
    const state = () => observer.client.record.states.get(key);
    const isShown = () => {
      const shown = state();
      if (details === null || !shown) return details === null && !shown;
      return Object.entries(details).every(([name, value]) => Reflect.get(shown, name) === value);
    };
    const what = `${key} ${JSON.stringify(details)} for ${observer.account}`;
    await until(what, isShown, { evidence: state });
  }
}

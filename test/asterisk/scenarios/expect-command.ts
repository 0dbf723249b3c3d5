/** What the scenarios with commands share: to command, and to say what the answer must be. */
import type { Answer } from "../observer.ts";
import type { TestBed } from "../test-bed.ts";

/** The command, and an answer that fits `expected`; what does not is the scenario's failure. */
export async function expectCommand(
  bed: TestBed,
  body: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): Promise<Answer["body"]> {
  const answer = await bed.command(body);
  const wrong = differences({ ...answer.body, http: answer.status }, expected);
  if (wrong.length > 0) throw new Error(`${JSON.stringify(body)}: ${wrong.join("; ")}`);
  return answer.body;
}

/** Where `actual` is not as `expected`, which may name fewer fields and have patterns. */
function differences(actual: unknown, expected: unknown, path = "answer"): string[] {
  if (expected instanceof RegExp) return expected.test(String(actual)) ? [] : [`${path} is ${actual}, not ${expected}`];
  if (typeof expected !== "object" || expected === null)
    return actual === expected ? [] : [`${path} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`];
  if (typeof actual !== "object" || actual === null) return [`${path} is ${JSON.stringify(actual)}`];
  return Object.entries(expected).flatMap(([name, value]) =>
    differences(Reflect.get(actual, name), value, `${path}.${name}`),
  );
}

export const done = (result: Readonly<Record<string, unknown>> = {}) => ({ http: 200, status: "done", result });
export const failed = (http: number, code: string, message: RegExp = /./) => ({
  http,
  status: "failed",
  error: { code, message },
});

export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`expected: ${what}`);
}

/** Every chain's client is told of the one failure, whoever commanded. */
export const originateFailed = (actionId: unknown, reason: string) => ({
  type: "originateFailed" as const,
  actionId: String(actionId),
  reason,
});

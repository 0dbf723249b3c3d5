/**
 * What a request asks for, out of its URL (SU1, AP1–AP3): untrusted text becomes typed values, or a sentence that names the parameter
 * and what is wrong with it. Pure.
 */
import { AgentId, type Cursor, CursorText, canonicalNames, type Names, parseCursor, QueueName } from "@pbxis/shared";
import * as z from "zod";

/** Names in one list; a subscription's text is bounded besides (scope/connect.ts). */
export const maxNames = 2_000;
/** A long poll waits this long at most, and by default. */
export const maxWaitSeconds = 25;

export type Parsed<Value> = Readonly<{ ok: true; value: Value }> | Readonly<{ ok: false; message: string }>;

/** Lists separated by commas, the parameter once or several times; an empty one names nothing. */
function namesParameter(name: z.ZodType<string, string>): z.ZodType<Names, string[]> {
  return z
    .array(z.string())
    .transform((lists) => lists.flatMap((list) => list.split(",")).filter((text) => text !== ""))
    .pipe(z.array(z.union([z.literal("*"), name])).max(maxNames, `must have at most ${maxNames} names`))
    .transform((names) => canonicalNames(names));
}

const single = <Output>(schema: z.ZodType<Output, string>, absent: Output) =>
  z
    .array(z.string())
    .max(1, "must be given once")
    .transform((values) => values[0])
    .pipe(z.union([z.undefined().transform(() => absent), schema]));

const SinceText = CursorText.transform((text): Cursor | null => parseCursor(text) ?? null);

const Query = z.object({
  agents: namesParameter(AgentId),
  queues: namesParameter(QueueName),
  summary: single(
    z.literal(["0", "1", "false", "true"], "must be 0 or 1").transform((text) => text === "1" || text === "true"),
    false,
  ),
  since: single<Cursor | null>(SinceText, null),
  wait: single(
    z
      .string()
      .regex(/^\d{1,2}$/, `must be whole seconds, 0 to ${maxWaitSeconds}`)
      .transform(Number)
      .refine((seconds) => seconds <= maxWaitSeconds, `must be whole seconds, 0 to ${maxWaitSeconds}`),
    maxWaitSeconds,
  ),
});
export type Query = z.infer<typeof Query>;

const parameters = ["agents", "queues", "summary", "since", "wait"] as const;

export function parseQuery(search: URLSearchParams): Parsed<Query> {
  return parseAs(Query, Object.fromEntries(parameters.map((name) => [name, search.getAll(name)])));
}

/** The queue or the agent that the path names, already percent-decoded. */
export function parseSubject(kind: "queue" | "agent", text: string): Parsed<string> {
  const parsed = parseAs(z.object({ [kind]: kind === "queue" ? QueueName : AgentId }), { [kind]: text });
  return parsed.ok ? { ok: true, value: text } : parsed;
}

/** `Last-Event-ID` is what the browser remembers, newer than what the page put into the URL. */
export function parseLastEventId(header: string | undefined): Parsed<Cursor | null> {
  if (header === undefined || header === "") return { ok: true, value: null };
  const cursor = parseCursor(header);
  return cursor ? { ok: true, value: cursor } : { ok: false, message: "Last-Event-ID must be a cursor, such as k3-41" };
}

/** `whole`: how to call the input where no part of it is at fault. */
export function parseAs<Output>(schema: z.ZodType<Output>, input: unknown, whole = "the query"): Parsed<Output> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = deepest(parsed.error.issues);
  return { ok: false, message: `${String(issue?.path[0] ?? whole)} ${issue?.message ?? "is wrong"}` };
}

/** A union reports that nothing fitted; what its last member says is what the client needs. */
function deepest(issues: readonly z.core.$ZodIssue[]): Readonly<{ path: PropertyKey[]; message: string }> | undefined {
  const [issue] = issues;
  if (issue?.code !== "invalid_union") return issue;
  const inner = deepest(issue.errors.at(-1) ?? []);
  return inner ? { path: [...issue.path, ...inner.path], message: inner.message } : issue;
}

/**
 * The parameters of a request's URL (SU1, AP1–AP3), parsed from untrusted text into typed values. A failure is a
 * message that names the parameter and what is wrong with it, such as `wait must be whole seconds, 0 to 25`. Pure.
 */
import {
  AgentId,
  type Cursor,
  CursorText,
  canonicalNames,
  type Filter,
  type Names,
  parseCursor,
  plainIssue,
  QueueName,
} from "@pbxis/shared";
import * as z from "zod";

/** Names in one list. The subscription's text as a whole has its own limit (scope/connect.ts). */
export const maxNames = 2_000;
/** The longest wait of a long poll, and the default. */
const maxWaitSeconds = 25;

export type Parsed<Value> = Readonly<{ ok: true; value: Value }> | Readonly<{ ok: false; message: string }>;

/** SU1: the names of one comma-separated list. Blanks around a name do not belong to it. */
export function namesIn(list: string): string[] {
  return list.split(",").flatMap((name) => name.trim() || []);
}

/** Names that need no further look. A list may have thousands, and the schema takes a microsecond for each. */
const PlainNames = z.custom<string[]>(
  (list) => Array.isArray(list) && list.length <= maxNames && list.every((name) => /^[\w.*-]{1,128}$/.test(name)),
);

/** SU1: the parameter may be repeated. An empty or missing list names nothing. */
export function namesParameter(name: z.ZodType<string, string>): z.ZodType<Names, string[]> {
  return z
    .array(z.string())
    .transform((lists) => lists.flatMap(namesIn))
    .pipe(
      z.union([
        PlainNames,
        z.array(z.union([z.literal("*"), name])).max(maxNames, `must have at most ${maxNames} names`),
      ]),
    )
    .transform((names) => canonicalNames(names));
}

/** A parameter that is given once or not at all. */
export const single = <Output>(schema: z.ZodType<Output, string>, absent: Output) =>
  z
    .array(z.string())
    .max(1, "must be given once")
    .transform((values) => values[0])
    .pipe(z.union([z.undefined().transform(() => absent), schema]));

const SinceText = CursorText.transform((text): Cursor | null => parseCursor(text) ?? null);

const Flag = z.literal(["0", "1", "false", "true"], "must be 0 or 1").transform((text) => /^(1|true)$/.test(text));

/** The parameters of every stream. */
export const streamParameters = {
  agents: namesParameter(AgentId),
  queues: namesParameter(QueueName),
  summary: single(Flag, false),
  statistics: single(Flag, false),
  callers: single(Flag, false),
  wait: single(
    z
      .string()
      .regex(/^\d{1,2}$/, `must be whole seconds, 0 to ${maxWaitSeconds}`)
      .transform(Number)
      .refine((seconds) => seconds <= maxWaitSeconds, `must be whole seconds, 0 to ${maxWaitSeconds}`),
    maxWaitSeconds,
  ),
};

const Query = z.object({
  ...streamParameters,
  since: single<Cursor | null>(SinceText, null),
  lastEventId: single<Cursor | null>(z.union([z.literal("").transform(() => null), SinceText]), null),
});
export type Query = Omit<z.infer<typeof Query>, "lastEventId">;

/** Parameters that are read elsewhere, and `_`, which some libraries add against caches. */
const otherParameters: ReadonlySet<string> = new Set(["access_token", "ticket", "_"]);

/** The parameters of AP1–AP3. */
export function parseQuery(search: URLSearchParams): Parsed<Query> {
  const values = collect(search, Object.keys(Query.shape));
  if (!values.ok) return values;
  const parsed = parseAs(Query, values.value);
  if (!parsed.ok) return parsed;
  const { lastEventId, ...query } = parsed.value;
  return { ok: true, value: { ...query, since: lastEventId ?? query.since } };
}

/** Characters of an unknown parameter's name in the message. */
const maxShown = 64;

/**
 * The values of these parameters in all their spellings. One that nobody knows is refused: it would change nothing.
 */
export function collect(
  search: Iterable<readonly [string, string]>,
  names: readonly string[],
): Parsed<Record<string, string[]>> {
  const values = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [name, value] of search) {
    const list = values.get(parameterOf(name));
    if (list) list.push(value);
    else if (!otherParameters.has(name))
      return { ok: false, message: `${name.slice(0, maxShown)} is not a parameter of this path` };
  }
  return { ok: true, value: Object.fromEntries(values) };
}

/** `agent`, `agents[]` and `agents[0]` are other spellings of `agents`; event-source-polyfill sends `lastEventId`. */
function parameterOf(name: string): string {
  const list = /^(agent|queue|site)s?(?:\[\d*\])?$/.exec(name)?.[1];
  if (list) return `${list}s`;
  return /^last-?event-?id$/i.test(name) ? "lastEventId" : name;
}

/** AP1, AP3: the subscription that the parameters name. */
export function requestedFilter(query: Omit<Query, "since" | "wait">): Filter {
  const { agents, queues, summary } = query;
  return { agents, queues, summary, about: null, ...requestedExtras(query) };
}

/** What the parameters add to a subscription: statistics (EV18, EV19), and lists of callers (EV20). */
export function requestedExtras({
  statistics,
  callers,
}: Pick<Query, "statistics" | "callers">): Pick<Filter, "statistics" | "callers"> {
  return { ...(statistics && { statistics }), ...(callers && { callers: "list" }) };
}

/**
 * The queue or agent that an AP2 path names; `text` is already percent-decoded. `.` and `..` are names, but in a path
 * most clients and proxies take them for steps, so that another path arrives. Where one arrives as such, it is refused.
 */
export function parseSubject(kind: "queue" | "agent", text: string): Parsed<string> {
  if (text === "." || text === "..")
    return { ok: false, message: `${kind} must not be ${text} in a path; name it in the query of …/events` };
  const parsed = parseAs(z.object({ [kind]: kind === "queue" ? QueueName : AgentId }), { [kind]: text });
  return parsed.ok ? { ok: true, value: text } : parsed;
}

/** The browser's `Last-Event-ID` is newer than the `since` that the page put into the URL. Null if there is none. */
export function parseLastEventId(header: string | undefined): Parsed<Cursor | null> {
  if (header === undefined || header === "") return { ok: true, value: null };
  const cursor = parseCursor(header);
  return cursor ? { ok: true, value: cursor } : { ok: false, message: "Last-Event-ID must be a cursor, such as k3-41" };
}

/** `whole` names the input in the message if the fault is not in one of its fields. */
export function parseAs<Output>(schema: z.ZodType<Output>, input: unknown, whole = "the query"): Parsed<Output> {
  const parsed = schema.safeParse(input, { error: plainIssue });
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = deepest(parsed.error.issues);
  return { ok: false, message: `${nameOf(issue?.path ?? []) ?? whole} ${issue?.message ?? "is wrong"}` };
}

/** Such as `agents` or `variables.CRM`. Undefined for the input as a whole. */
function nameOf(path: readonly PropertyKey[]): string | undefined {
  const [field, entry] = path.map(String);
  return entry !== undefined && /^[A-Za-z_]\w{0,63}$/.test(entry) ? `${field}.${entry}` : field;
}

/** Zod reports a failed union as one issue; the message that helps the client is that of the union's last member. */
function deepest(issues: readonly z.core.$ZodIssue[]): Readonly<{ path: PropertyKey[]; message: string }> | undefined {
  const [issue] = issues;
  if (issue?.code !== "invalid_union") return issue;
  const inner = deepest(issue.errors.at(-1) ?? []);
  return inner ? { path: [...issue.path, ...inner.path], message: inner.message } : issue;
}

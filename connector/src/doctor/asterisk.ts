/** What was seen of Asterisk, and what it means for the center. Pure; start.ts looks. */
import type { LeftOut } from "@pbxis/shared";
import { neededClasses } from "../ami/link/rights.ts";
import type { Dialect } from "../dialect.ts";
import type { ModelSizes } from "../pipeline/pipeline.ts";
import { type Finding, fine, problem, warning } from "./finding.ts";

export type AsteriskFacts = Readonly<{
  version: string | null;
  /** Names of the actions that the account may use; null if Asterisk did not say. */
  rights: ReadonlySet<string> | null;
  sizes: ModelSizes;
  /** Agents whose extension's status comes from their queues alone. */
  withoutHint: readonly string[];
  leftOut: LeftOut;
  /** By setting; `exists` is null if Asterisk cannot say. */
  contexts: readonly Readonly<{ setting: string; context: string; exists: boolean | null }>[];
  dialect: Dialect;
  /** The contexts of FreePBX that Asterisk lacks; null if it cannot say. */
  lacksOfFreepbx: readonly string[] | null;
  /** What `--print-dialplan` prints; `missing` is null if Asterisk cannot say. */
  snippet: Readonly<{ context: string; missing: readonly string[] | null }>;
  /** Asterisk's clock minus ours, in ms; null if it did not say. */
  clockOffsetMs: number | null;
  /** What the connection has warned of. */
  warnings: readonly string[];
}>;

const asterisk = "Asterisk";
const account = "AMI account";
const newAccount = "print the account again with --print-manager-conf";
const maxNamed = 5;
/** Asterisk says whole seconds. */
const maxOffsetMs = 5_000;

/**
 * For each class of rights, an action that no other class permits (16.28 and 22.10), and what is missing without it.
 */
const uses: Readonly<Record<(typeof neededClasses)[number], readonly [action: string, use: string]>> = {
  reporting: ["CoreShowChannels", "the lists of queues and calls"],
  call: ["Redirect", "redirect, park and hangup"],
  agent: ["QueueAdd", "queueAdd, queueRemove, queuePause and queuePenalty"],
  originate: ["Originate", "originate"],
};

/** Modules that some commands need, by an action that each has. */
const modules = [
  { name: "res_parking", action: "Park", without: "park fails" },
  { name: "app_mixmonitor", action: "MixMonitorMute", without: "a recording cannot be paused" },
  { name: "app_senddtmf", action: "PlayDTMF", without: "sendDigits fails, and spy cannot change its mode" },
] as const;

export function examineAsterisk(facts: AsteriskFacts): Finding[] {
  const { version, sizes, clockOffsetMs } = facts;
  return [
    fine(asterisk, `connected to ${version === null ? "an unknown version" : version}`),
    ...facts.warnings.map((text) => warning(asterisk, text)),
    ...rightsOf(facts.rights),
    ...filtersOf(facts.rights),
    ...modulesOf(facts.rights),
    ...queuesOf(sizes),
    ...agentsOf(facts),
    ...dialectOf(facts),
    ...facts.contexts.map(contextOf),
    ...snippetOf(facts.snippet),
    ...(clockOffsetMs === null ? [] : [clockOf(clockOffsetMs)]),
  ];
}

function rightsOf(rights: AsteriskFacts["rights"]): Finding[] {
  if (!rights) return [warning(account, "Asterisk does not say what it may do", newAccount)];
  const missing = neededClasses.filter((name) => !rights.has(uses[name][0]));
  if (missing.length === 0) return [fine(account, "has the rights for all commands")];
  return missing.map((name) => {
    const text = `lacks the write class ${name}, which ${uses[name][1]} need`;
    return name === "reporting" ? problem(account, text, newAccount) : warning(account, text, newAccount);
  });
}

function filtersOf(rights: AsteriskFacts["rights"]): Finding[] {
  if (!rights) return [];
  if (rights.has("Filter")) return [fine(account, "sets its event filters itself")];
  return [
    fine(account, "may set no event filters, so those of manager.conf count, as printed by --print-manager-conf"),
  ];
}

/** Asterisk lists the actions of loaded modules only. Without the class that permits them, nothing is known of them. */
function modulesOf(rights: AsteriskFacts["rights"]): Finding[] {
  if (!rights?.has(uses.call[0])) return [];
  const missing = modules.filter(({ action }) => !rights.has(action));
  if (missing.length === 0) return [fine("modules", "parking, recording and digits are loaded")];
  return missing.map(({ name, without }) => warning("modules", `${name} is not loaded, so ${without}`));
}

function queuesOf({ queues, agents, members }: ModelSizes): Finding[] {
  if (queues === 0)
    return [problem("queues", "Asterisk has none", "check that app_queue is loaded and queues.conf has queues")];
  const found = `${queues} queues with ${members} members, ${agents} agents`;
  return [agents === 0 ? warning("queues", `${found}: nobody can be shown`) : fine("queues", found)];
}

function agentsOf({ withoutHint, leftOut }: AsteriskFacts): Finding[] {
  const findings: Finding[] = [];
  if (withoutHint.length > 0)
    findings.push(
      warning(
        "agents",
        `there is no hint for ${named(withoutHint)}, so their status comes only from their queues`,
        "give each extension a hint in the dialplan",
      ),
    );
  const members = leftOut.members.map(({ queue, memberInterface }) => `${memberInterface} of queue ${queue}`);
  const phones = leftOut.phones.map(({ device }) => device);
  for (const [what, names] of [
    ["members of queues", members],
    ["phones", phones],
  ] as const)
    if (names.length > 0)
      findings.push(
        warning(
          "agents",
          `these ${what} are left out, because no agent's id is found in their names: ${named(names)}`,
          `set ${leftOut.setting} to a wider pattern`,
        ),
      );
  return findings;
}

function named(names: readonly string[]): string {
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : "";
  return `${names.slice(0, maxNamed).join(", ")}${more}`;
}

function dialectOf({ dialect, lacksOfFreepbx }: AsteriskFacts): Finding[] {
  if (lacksOfFreepbx === null) return [];
  const isFreepbx = lacksOfFreepbx.length === 0;
  if (dialect === "freepbx" && isFreepbx) return [fine("dialplan", "is FreePBX's, as PBXIS_DIALECT says")];
  if (dialect === "freepbx") {
    const text = `PBXIS_DIALECT is freepbx, and there is no context ${lacksOfFreepbx.join(", ")}`;
    return [
      warning("dialplan", text, "remove PBXIS_DIALECT, and set the contexts and the members' interfaces one by one"),
    ];
  }
  if (!isFreepbx) return [];
  const advice = "set PBXIS_DIALECT=freepbx, so that commands dial and log on agents as FreePBX does";
  return [warning("dialplan", "looks like that of FreePBX or Issabel", advice)];
}

function contextOf({ setting, context, exists }: AsteriskFacts["contexts"][number]): Finding {
  if (exists === null)
    return warning(
      "dialplan",
      `whether the context ${context} of ${setting} exists cannot be checked`,
      "load func_dialplan",
    );
  if (exists) return fine("dialplan", `the context ${context} of ${setting} exists`);
  return warning(
    "dialplan",
    `there is no context ${context}, so commands that dial fail`,
    `set ${setting} to a context from which agents may dial, such as from-internal`,
  );
}

/** Without func_dialplan the contexts' findings say so already. */
function snippetOf({ context, missing }: AsteriskFacts["snippet"]): Finding[] {
  if (missing === null) return [];
  if (missing.length === 0)
    return [fine("dialplan", `the context ${context} has what pickCaller, pickup and spy need`)];
  return [
    warning(
      "dialplan",
      `the context ${context} has no ${missing.join(", ")}, so pickCaller, pickup or spy is refused`,
      "add what --print-dialplan prints to extensions.conf",
    ),
  ];
}

function clockOf(offsetMs: number): Finding {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  if (Math.abs(offsetMs) <= maxOffsetMs) return fine("clock", "agrees with Asterisk's");
  const text = `Asterisk's is ${seconds} s ${offsetMs > 0 ? "ahead of" : "behind"} this machine's`;
  return warning("clock", text, "set both by NTP, because times of calls come from both");
}

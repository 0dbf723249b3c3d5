/** The connector's settings: one schema, which is also what `--help` prints. Read once, at the start. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
// Not by its name: where that is unknown, nothing would be left to say that this Node is too old.
import * as util from "node:util";
import { SiteId } from "@pbxis/shared";
import * as z from "zod";
import type { AmiSettings } from "./ami/socket.ts";
import type { CommandSettings } from "./command/settings.ts";
import { defaultVariables, parseVariableRule } from "./command/variable.ts";
import { type AgentRule, createAgentRule, defaultAgentPattern } from "./model/state/agent.ts";
import type { WatchSettings } from "./watch/server.ts";

const flag = z
  .literal(["true", "false", "1", "0", "yes", "no"])
  .transform((text) => text === "true" || text === "1" || text === "yes");
const port = z.coerce.number().int().min(1).max(65_535);
const text = z.string().min(1).max(1024);
/** A line of AMI; longer or with a control character it could not be sent, and the login would never be answered. */
const line = z.string().regex(/^\P{Cc}{1,200}$/u, "must be 1-200 characters, none of them a control character");
/** What an HTTP header takes; with a key of 4,096 bits a token has some 1,200 characters. */
const bearer = z.string().regex(/^[\x21-\x7e]{1,8000}$/, "must be a token without spaces or line breaks");
const dialplanContext = z.string().regex(/^[A-Za-z0-9_.-]{1,79}$/, "must be the name of a dialplan context");

/** A week: a timer of more than 24 days would go off at once. */
const maxAuditMinutes = 10_080;

const Settings = z.object({
  PBXIS_SITE: SiteId.describe("name of this site, as in the token"),
  PBXIS_EDGE_URL: z
    .url({ protocol: /^(https?|wss?)$/, error: "must be an http, https, ws or wss URL" })
    .describe("where the worker is, such as https://pbxis-edge.example.workers.dev"),
  PBXIS_TOKEN: bearer.describe("a connector's token: pnpm run token --site … --role connector"),
  AMI_HOST: text.default("127.0.0.1").describe("where Asterisk is"),
  AMI_PORT: port.optional().describe("5038, or 5039 with AMI_TLS"),
  AMI_USERNAME: line.describe("account in manager.conf: pnpm connector --print-manager-conf"),
  AMI_SECRET: line.describe("its secret"),
  AMI_TLS: flag.default(false).describe("connect by TLS, and verify the certificate"),
  AMI_TLS_CA: text.optional().describe("file of the only certificates to trust (PEM); the system's otherwise"),
  AMI_TLS_SERVERNAME: text.optional().describe("name in the certificate, where it is not AMI_HOST"),
  AMI_TLS_INSECURE: flag.default(false).describe("take any certificate"),
  AMI_PLAIN_LOGIN: flag.default(false).describe("send the secret itself instead of an MD5 digest"),
  PBXIS_AGENT_PATTERN: text
    .default(defaultAgentPattern)
    .describe("regular expression: interface to agent id, by its one group"),
  PBXIS_INTERFACE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9]{1,20}\/$/, "must be a technology and a slash, such as PJSIP/")
    .default("PJSIP/")
    .describe("interface of agents who are no member anywhere"),
  PBXIS_ORIGINATE_CONTEXT: dialplanContext.default("default").describe("dialplan context of originated calls"),
  PBXIS_REDIRECT_CONTEXT: dialplanContext.default("default").describe("dialplan context of redirected calls"),
  PBXIS_DIAL_PATTERN: text
    .default(".+")
    .describe("regular expression: all of a number or extension that may be called or transferred to"),
  PBXIS_VARIABLES: text
    .default(defaultVariables)
    .describe("channel variables that an originate may set, separated by commas; NAME* for all that begin so"),
  PBXIS_AUDIT_MINUTES: z.coerce
    .number("must be a number of minutes")
    .int("must be a whole number of minutes")
    .min(0, "must be 0 or more")
    .max(maxAuditMinutes, `must be at most ${maxAuditMinutes}`)
    .default(60)
    .describe("how often the model is compared with all of Asterisk's lists; 0: only on demand"),
  PBXIS_SPOOL: text
    .optional()
    .describe("file of this connector alone: keeps over a restart what the worker has not confirmed; none without it"),
  PBXIS_WATCH_PORT: port.optional().describe("port of /healthz and /metrics; none without it"),
  PBXIS_WATCH_HOST: text.default("127.0.0.1").describe("address that they listen on; there is no password"),
  PBXIS_LOG_LEVEL: z.literal(["debug", "info", "warn", "error"]).default("info").describe("what to log"),
});

export type Config = Readonly<{
  site: SiteId;
  /** AP7's address. */
  uplinkUrl: URL;
  token: string;
  ami: AmiSettings;
  agentRule: AgentRule;
  commands: CommandSettings;
  /** 0: only on demand. */
  auditMinutes: number;
  /** Null: what waits for the worker ends with the process. */
  spoolFile: string | null;
  /** Null: nobody watches. */
  watch: WatchSettings | null;
  logLevel: "debug" | "info" | "warn" | "error";
}>;

export type ConfigResult = Readonly<{ ok: true; config: Config }> | Readonly<{ ok: false; message: string }>;

/** Empty values count as absent: an env file often has them. The message is one line and never has a value in it. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(
    Object.keys(Settings.shape)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter(([, value]) => value),
  );
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name} ${name in given ? fault(issue.message) : "is missing"}`;
    });
    return { ok: false, message: `${[...new Set(faults)].join("; ")} (--help lists all settings)` };
  }
  const settings = parsed.data;
  const agentRule = ruleOf(settings.PBXIS_AGENT_PATTERN);
  if (!agentRule)
    return { ok: false, message: "PBXIS_AGENT_PATTERN must be a regular expression with exactly one group" };
  const commands = commandsOf(settings);
  if (typeof commands === "string") return { ok: false, message: commands };
  const caFile = settings.AMI_TLS_CA ?? null;
  if (caFile !== null && !hasCertificate(caFile))
    return { ok: false, message: `AMI_TLS_CA: there is no certificate (PEM) in ${caFile}` };
  if (settings.PBXIS_SPOOL !== undefined && !isWritable(settings.PBXIS_SPOOL))
    return { ok: false, message: `PBXIS_SPOOL: ${settings.PBXIS_SPOOL} cannot be written` };
  return { ok: true, config: configOf(settings, agentRule, commands) };
}

function configOf(settings: z.infer<typeof Settings>, agentRule: AgentRule, commands: CommandSettings): Config {
  return {
    site: settings.PBXIS_SITE,
    uplinkUrl: uplinkUrl(settings.PBXIS_EDGE_URL, settings.PBXIS_SITE),
    token: settings.PBXIS_TOKEN,
    ami: {
      host: settings.AMI_HOST,
      port: settings.AMI_PORT ?? (settings.AMI_TLS ? 5039 : 5038),
      username: settings.AMI_USERNAME,
      secret: settings.AMI_SECRET,
      plainLogin: settings.AMI_PLAIN_LOGIN,
      tls: settings.AMI_TLS
        ? {
            caFile: settings.AMI_TLS_CA ?? null,
            serverName: settings.AMI_TLS_SERVERNAME ?? null,
            insecure: settings.AMI_TLS_INSECURE,
          }
        : null,
    },
    agentRule,
    commands,
    auditMinutes: settings.PBXIS_AUDIT_MINUTES,
    spoolFile: settings.PBXIS_SPOOL ?? null,
    watch: settings.PBXIS_WATCH_PORT ? { host: settings.PBXIS_WATCH_HOST, port: settings.PBXIS_WATCH_PORT } : null,
    logLevel: settings.PBXIS_LOG_LEVEL,
  };
}

/** A text is what is wrong with them. */
function commandsOf(settings: z.infer<typeof Settings>): CommandSettings | string {
  const dialPattern = wholePattern(settings.PBXIS_DIAL_PATTERN);
  if (!dialPattern) return "PBXIS_DIAL_PATTERN must be a regular expression";
  const variables = parseVariableRule(settings.PBXIS_VARIABLES);
  if (!variables) return "PBXIS_VARIABLES must be names separated by commas, each a whole one or its beginning and a *";
  return {
    originateContext: settings.PBXIS_ORIGINATE_CONTEXT,
    redirectContext: settings.PBXIS_REDIRECT_CONTEXT,
    interfacePrefix: settings.PBXIS_INTERFACE_PREFIX,
    dialPattern,
    variables,
  };
}

function wholePattern(pattern: string): RegExp | undefined {
  try {
    // Alone first: a pattern such as `a)|(b` is right only inside the brackets.
    new RegExp(pattern);
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return undefined;
  }
}

function hasCertificate(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----");
  } catch {
    return false;
  }
}

function isWritable(file: string): boolean {
  try {
    const opened = openSync(file, "a+", 0o600);
    const stats = fstatSync(opened);
    closeSync(opened);
    return stats.isFile();
  } catch {
    return false;
  }
}

/** Zod's own words begin with "Invalid …"; what follows a name should read as a sentence. */
function fault(message: string): string {
  return message.startsWith("must") ? message : `is wrong: ${message}`;
}

function ruleOf(pattern: string): AgentRule | undefined {
  try {
    return createAgentRule(pattern);
  } catch {
    return undefined;
  }
}

function uplinkUrl(edge: string, site: SiteId): URL {
  const base = new URL(edge);
  base.protocol = base.protocol === "https:" || base.protocol === "wss:" ? "wss:" : "ws:";
  base.pathname = `${base.pathname.replace(/\/$/, "")}/v1/sites/${site}/connector`;
  base.search = "";
  base.hash = "";
  return base;
}

/** `NAME=value` lines. The environment goes before the file. */
export function readEnvFile(
  file: string,
):
  | Readonly<{ ok: true; values: Readonly<Record<string, string | undefined>> }>
  | Readonly<{ ok: false; message: string }> {
  try {
    return { ok: true, values: util.parseEnv(readFileSync(file, "utf8")) };
  } catch {
    return { ok: false, message: `--env-file: ${file} cannot be read` };
  }
}

/** One line a setting: its name, its meaning, its default. */
export function describeSettings(): string {
  const names = Object.entries(Settings.shape);
  const width = Math.max(...names.map(([name]) => name.length));
  return names
    .map(([name, schema]) => {
      const isRequired = !schema.safeParse(undefined).success;
      const fallback = schema.safeParse(undefined).data;
      const note = isRequired ? " (required)" : fallback === undefined ? "" : ` (default: ${String(fallback)})`;
      return `  ${name.padEnd(width)}  ${schema.description ?? ""}${note}`;
    })
    .join("\n");
}

/** The connector's settings, read once at the start. One schema serves validation and `--help`. */
import { readFileSync } from "node:fs";
import { plainIssue, SiteId, type SiteSettings } from "@pbxis/shared";
import * as z from "zod";
import type { AmiSettings } from "./ami/socket.ts";
import { isDialable } from "./command/dial.ts";
import { fillTemplate, isStateInterface, isTemplate } from "./command/member-form.ts";
import { commandSettings } from "./command/read-settings.ts";
import type { CommandSettings } from "./command/settings.ts";
import { defaultVariables } from "./command/variable.ts";
import { type Dialect, dialects, withDialect } from "./dialect.ts";
import { type AgentRule, createAgentRule, defaultAgentPattern } from "./model/state/agent.ts";
import { type RedactionSettings, redactionFields, redactionOf } from "./redaction/settings.ts";
import { type SecondsByQueue, siteFields, siteSettingsOf, wholeNumber } from "./site-settings.ts";
import { describeUnknownNames } from "./util/misspelt.ts";
import type { WatchSettings } from "./watch/server.ts";

/** Any number whatever. */
const defaultDialPattern = ".+";

const wholePort = "must be a whole number from 1 to 65535";
const flag = z
  .literal(["true", "false", "1", "0", "yes", "no"])
  .transform((text) => text === "true" || text === "1" || text === "yes");
const port = z
  .string()
  .regex(/^\d{1,5}$/, wholePort)
  .transform(Number)
  .refine((value) => value >= 1 && value <= 65_535, wholePort);
const text = z.string().min(1).max(1024);
/** Fits into a line of AMI: with a control character, or longer, Asterisk would not answer the login. */
const line = z.string().regex(/^\P{Cc}{1,200}$/u, "must be 1-200 characters without control characters");
/** Fits into an HTTP header. A token signed by a key of 4,096 bits has about 1,200 characters. */
const bearer = z.string().regex(/^[\x21-\x7e]{1,8000}$/, "must be a token without spaces or line breaks");
const dialplanContext = z.string().regex(/^[A-Za-z0-9_.-]{1,79}$/, "must be the name of a dialplan context");

/** With `{agent}` once, and valid with an id in its place. */
function template(isValid: (text: string) => boolean, example: string) {
  return z
    .string()
    .refine(
      (value) => isTemplate(value) && isValid(fillTemplate(value, "1001")),
      `must be a member's interface with {agent} once in it, such as ${example}`,
    );
}

/** A week. A timer of more than 24 days would fire at once. */
const maxAuditMinutes = 10_080;

const Settings = z.object({
  PBXIS_SITE: SiteId.describe("name of the site, as in the token"),
  PBXIS_EDGE_URL: z
    .url({ protocol: /^(https?|wss?)$/, error: "must be an http, https, ws or wss URL" })
    .describe("URL of the worker, such as https://pbxis-edge.example.workers.dev"),
  PBXIS_TOKEN: bearer.describe("token of the connector, created by: pnpm run token --site … --role connector"),
  AMI_HOST: text.default("127.0.0.1").describe("host of Asterisk"),
  AMI_PORT: port.optional().describe("port of AMI; 5038, or 5039 with AMI_TLS"),
  AMI_USERNAME: line.describe("account in manager.conf, as printed by --print-manager-conf"),
  AMI_SECRET: line.describe("secret of that account"),
  AMI_TLS: flag.default(false).describe("connect over TLS and verify the certificate"),
  AMI_TLS_CA: text.optional().describe("file with the certificates to trust (PEM), instead of the system's"),
  AMI_TLS_SERVERNAME: text.optional().describe("name in the certificate, if it is not AMI_HOST"),
  AMI_TLS_INSECURE: flag.default(false).describe("accept any certificate"),
  AMI_PLAIN_LOGIN: flag.default(false).describe("send the secret itself, not an MD5 digest"),
  PBXIS_DIALECT: z
    .literal(dialects)
    .default("asterisk")
    .describe("kind of the PBX: freepbx sets the two contexts and the two interfaces of members, unless they are set"),
  PBXIS_AGENT_PATTERN: text
    .default(defaultAgentPattern)
    .describe("regular expression whose one group is the agent's id in an interface"),
  PBXIS_INTERFACE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9]{1,20}\/$/, "must be a technology and a slash, such as PJSIP/")
    .default("PJSIP/")
    .describe("technology for dialing agents whose interface is not known"),
  PBXIS_MEMBER_INTERFACE: template(isDialable, "Local/{agent}@from-queue/n")
    .optional()
    .describe(
      "interface of an agent who logs on to a queue where nothing else is known, such as Local/{agent}@from-queue/n",
    ),
  PBXIS_MEMBER_STATE_INTERFACE: template(isStateInterface, "hint:{agent}@ext-local")
    .optional()
    .describe("state interface of such an agent, such as hint:{agent}@ext-local"),
  PBXIS_ORIGINATE_CONTEXT: dialplanContext.default("default").describe("dialplan context of originated calls"),
  PBXIS_REDIRECT_CONTEXT: dialplanContext.default("default").describe("dialplan context of redirected calls"),
  PBXIS_EDGE_CONTEXT: dialplanContext
    .default("pbxis-edge")
    .describe("dialplan context of the extensions that --print-dialplan prints"),
  PBXIS_ATTENDED_TRANSFER: z
    .literal(["on", "off"], "must be on or off")
    .default("off")
    .describe("allows attendedTransfer; on only if every Queue() and Dial() of agents has t (or T)"),
  PBXIS_THREEWAY_DIGITS: text
    .regex(/^[0-9*#A-D]{1,8}$/, "must be 1-8 of 0-9 * # A-D")
    .default("*5")
    .describe("digits of atxferthreeway in features.conf, for joinTransfer"),
  PBXIS_DIAL_PATTERN: text
    .default(defaultDialPattern)
    .describe("regular expression that a whole number or extension must match to be called or transferred to"),
  PBXIS_VARIABLES: text
    .default(defaultVariables)
    .describe("channel variables that an originate may set, separated by commas; NAME* allows a prefix"),
  PBXIS_AUDIT_MINUTES: wholeNumber("minutes", maxAuditMinutes)
    .default(60)
    .describe("minutes between two audits of the model against Asterisk's lists; 0: only on request"),
  PBXIS_SPOOL: text
    .optional()
    .describe("file that keeps unacknowledged occurrences across a restart, for this connector alone; no default"),
  PBXIS_WATCH_PORT: port.optional().describe("port of /healthz and /metrics; without it there is no server"),
  PBXIS_WATCH_HOST: text.default("127.0.0.1").describe("address of /healthz and /metrics, which need no password"),
  PBXIS_WATCH_ALLOWED_HOSTS: z
    .string()
    .transform((value) =>
      value
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((name) => name !== ""),
    )
    .refine(
      (names) => names.every((name) => /^[a-z0-9_.:-]{1,253}$/.test(name)),
      "must be host names separated by commas",
    )
    .default([])
    .describe("names, besides localhost, 127.… and PBXIS_WATCH_HOST, by which they may be requested; without ports"),
  ...siteFields,
  ...redactionFields,
  PBXIS_LOG_LEVEL: z
    .literal(["debug", "info", "warn", "error"])
    .default("info")
    .describe("least severe lines to log: debug, info, warn or error"),
});

export type Config = Readonly<{
  site: SiteId;
  /** The site's connector address (AP7). */
  uplinkUrl: URL;
  token: string;
  ami: AmiSettings;
  dialect: Dialect;
  agentRule: AgentRule;
  commands: CommandSettings;
  /** The dial pattern is the default one. */
  dialsAnything: boolean;
  siteSettings: SiteSettings;
  redaction: RedactionSettings;
  wrapUpSeconds: SecondsByQueue;
  /** 0: only on request. */
  auditMinutes: number;
  /** Null: unacknowledged occurrences are lost with the process. To be claimed before it is used. */
  spoolFile: string | null;
  /** Asterisk's queue_log, read after AMI was away; null: what ended meanwhile is unknown. */
  queueLog: string | null;
  /** Null: no server. */
  watch: WatchSettings | null;
  logLevel: "debug" | "info" | "warn" | "error";
}>;

type ConfigResult = Readonly<{ ok: true; config: Config }> | InvalidConfig;
/** `message` has all faults in one line. */
type InvalidConfig = Readonly<{ ok: false; faults: readonly string[]; message: string }>;

function invalid(faults: readonly string[]): InvalidConfig {
  return { ok: false, faults, message: `${faults.join("; ")} (--help lists all settings)` };
}

/** Empty values count as absent, as env files often have them. A fault is one line and never contains a secret. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const present = withDialect(
    Object.fromEntries(
      Object.keys(Settings.shape).flatMap((name): [string, string][] => {
        const value = environment[name]?.trim();
        return value ? [[name, value]] : [];
      }),
    ),
  );
  const parsed = Settings.safeParse(present, { error: plainIssue });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name} ${name in present ? issue.message : "is missing"}`;
    });
    return invalid([...new Set(faults), ...unknownSettings(environment)]);
  }
  const settings = parsed.data;
  const agentRule = ruleOf(settings.PBXIS_AGENT_PATTERN);
  if (!agentRule) return invalid(["PBXIS_AGENT_PATTERN must be a regular expression with exactly one group"]);
  const commands = commandSettings(settings);
  if (typeof commands === "string") return invalid([commands]);
  const redaction = redactionOf(settings);
  if (typeof redaction === "string") return invalid([redaction]);
  const caFile = settings.AMI_TLS_CA ?? null;
  if (caFile !== null && !hasCertificate(caFile))
    return invalid([`AMI_TLS_CA: ${caFile} contains no certificate (PEM)`]);
  return { ok: true, config: configOf(settings, { agentRule, commands, redaction }) };
}

function configOf(
  settings: z.infer<typeof Settings>,
  read: Pick<Config, "agentRule" | "commands" | "redaction">,
): Config {
  return {
    ...read,
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
    dialect: settings.PBXIS_DIALECT,
    dialsAnything: settings.PBXIS_DIAL_PATTERN === defaultDialPattern,
    siteSettings: { ...siteSettingsOf(settings), redaction: read.redaction.modes },
    wrapUpSeconds: settings.PBXIS_WRAPUP_SECONDS ?? {},
    auditMinutes: settings.PBXIS_AUDIT_MINUTES,
    spoolFile: settings.PBXIS_SPOOL ?? null,
    queueLog: settings.PBXIS_QUEUE_LOG ?? null,
    watch: settings.PBXIS_WATCH_PORT
      ? {
          host: settings.PBXIS_WATCH_HOST,
          port: settings.PBXIS_WATCH_PORT,
          allowedHosts: [...settings.PBXIS_WATCH_ALLOWED_HOSTS, settings.PBXIS_WATCH_HOST.toLowerCase()],
        }
      : null,
    logLevel: settings.PBXIS_LOG_LEVEL,
  };
}

function hasCertificate(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----");
  } catch {
    return false;
  }
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

/** The one setting that `--print-dialplan` needs; a string is an error message. */
export function edgeContextOf(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<{ context: string }> | string {
  const parsed = Settings.shape.PBXIS_EDGE_CONTEXT.safeParse(environment.PBXIS_EDGE_CONTEXT?.trim() || undefined);
  return parsed.success ? { context: parsed.data } : `PBXIS_EDGE_CONTEXT ${parsed.error.issues[0]?.message}`;
}

/** Names that look like settings and are none, each as a message. */
export function unknownSettings(environment: Readonly<Record<string, string | undefined>>): string[] {
  return describeUnknownNames(Object.keys(environment), Object.keys(Settings.shape));
}

/** One line for each setting: its name, its meaning, its default. */
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

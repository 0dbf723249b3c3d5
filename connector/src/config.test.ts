import { describe, expect, it } from "vitest";
import { describeSettings, parseConfig } from "./config.ts";
import { readEnvFile } from "./env-file.ts";

const minimal = {
  PBXIS_SITE: "hq",
  PBXIS_EDGE_URL: "https://edge.example.com/",
  PBXIS_TOKEN: "t0ken",
  AMI_USERNAME: "pbxis",
  AMI_SECRET: "s3cret",
};

function valid(environment: Readonly<Record<string, string>>) {
  const result = parseConfig(environment);
  return result.ok ? result.config : expect.fail(result.message);
}

describe("settings", () => {
  it("the required settings alone get the defaults", () => {
    expect(parseConfig(minimal)).toMatchObject({
      ok: true,
      config: {
        site: "hq",
        ami: { host: "127.0.0.1", port: 5038, tls: null, plainLogin: false },
        commands: { interfacePrefix: "PJSIP/", originateContext: "default", redirectContext: "default" },
      },
    });
  });

  it.each([
    ["https://edge.example.com", "wss://edge.example.com/v1/sites/hq/connector"],
    ["http://127.0.0.1:8787/", "ws://127.0.0.1:8787/v1/sites/hq/connector"],
    ["wss://example.com/edge/", "wss://example.com/edge/v1/sites/hq/connector"],
    ["https://example.com/?page=1#top", "wss://example.com/v1/sites/hq/connector"],
  ])("AP7 the uplink's address is made from %s", (edge, address) => {
    const result = parseConfig({ ...minimal, PBXIS_EDGE_URL: edge });
    expect(result.ok && result.config.uplinkUrl.href).toBe(address);
  });

  it("CM13 the dial pattern must match the whole number; by default it matches all", () => {
    const patternOf = (more: object) => valid({ ...minimal, ...more }).commands.dialPattern;
    expect(patternOf({}).test("+14155550100")).toBe(true);
    const narrow = patternOf({ PBXIS_DIAL_PATTERN: "1\\d{3}|9" });
    expect(["1001", "9", "91001", "10012", "99"].filter((to) => narrow.test(to))).toEqual(["1001", "9"]);
  });

  it("CM4 the templates of new members are optional, and each may be set alone", () => {
    const commandsOf = (more: object) => {
      const result = parseConfig({ ...minimal, ...more });
      return result.ok ? result.config.commands : expect.fail(result.message);
    };
    expect(commandsOf({})).toMatchObject({ memberInterface: null, memberStateInterface: null });
    const memberInterface = "Local/{agent}@from-queue/n";
    const memberStateInterface = "hint:{agent}@ext-local";
    expect(commandsOf({ PBXIS_MEMBER_INTERFACE: memberInterface })).toMatchObject({ memberInterface });
    expect(commandsOf({ PBXIS_MEMBER_STATE_INTERFACE: memberStateInterface })).toMatchObject({ memberStateInterface });
  });

  it("TLS has its own default port, and verifies the certificate by default", () => {
    expect(parseConfig({ ...minimal, AMI_TLS: "true" })).toMatchObject({
      config: { ami: { port: 5039, tls: { insecure: false, caFile: null } } },
    });
  });

  it("PBXIS_DIALECT=freepbx sets contexts and members' interfaces, each of which can be set alone", () => {
    const result = parseConfig({ ...minimal, PBXIS_DIALECT: "freepbx", PBXIS_REDIRECT_CONTEXT: "from-office" });
    expect(result).toMatchObject({
      ok: true,
      config: {
        dialect: "freepbx",
        commands: {
          originateContext: "from-internal",
          redirectContext: "from-office",
          memberInterface: "Local/{agent}@from-queue/n",
          memberStateInterface: "hint:{agent}@ext-local",
        },
      },
    });
  });

  it("the site's settings have the machine's zone and Asterisk's service levels by default", () => {
    const { siteSettings, wrapUpSeconds } = valid(minimal);
    const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
    const wrapUpReasons = ["wrapup", "acw", "WRAPUP"];
    const redaction = { numbers: "none", names: "none", recordings: "none" };
    const rest = { serviceLevelSeconds: {}, shortAbandonSeconds: 5, wrapUpReasons, redaction };
    expect(siteSettings).toEqual({ timezone, ...rest });
    expect(wrapUpSeconds).toEqual({});
  });

  it("the site's settings can be set, by queue", () => {
    const config = valid({
      ...minimal,
      PBXIS_TIMEZONE: "America/St_Johns",
      PBXIS_SERVICE_LEVEL_SECONDS: "sales = 20, a=b=25,*=30",
      PBXIS_SHORT_ABANDON_SECONDS: "0",
      PBXIS_WRAPUP_SECONDS: "sales=15,*=0",
      PBXIS_WRAPUP_REASONS: " after call , acw,",
    });
    expect(config.siteSettings).toEqual({
      timezone: "America/St_Johns",
      serviceLevelSeconds: { sales: 20, "a=b": 25, "*": 30 },
      shortAbandonSeconds: 0,
      wrapUpReasons: ["after call", "acw"],
      redaction: { numbers: "none", names: "none", recordings: "none" },
    });
    expect(config.wrapUpSeconds).toEqual({ sales: 15, "*": 0 });
  });

  it.each([
    ["PBXIS_TIMEZONE", "Europe/Atlantis"],
    ["PBXIS_TIMEZONE", "+02:00"],
    ["PBXIS_SERVICE_LEVEL_SECONDS", "20"],
    ["PBXIS_SERVICE_LEVEL_SECONDS", "sales=20;support=30"],
    ["PBXIS_WRAPUP_SECONDS", "sales=-1"],
    ["PBXIS_WRAPUP_SECONDS", "sales=90000"],
    ["PBXIS_SHORT_ABANDON_SECONDS", "a moment"],
    ["PBXIS_SITE", "no spaces please"],
    ["PBXIS_EDGE_URL", "edge.example.com"],
    ["AMI_PORT", "70000"],
    ["AMI_TLS", "perhaps"],
    ["AMI_TLS_CA", "no/such/file.pem"],
    ["AMI_TLS_CA", import.meta.dirname],
    ["AMI_TLS_CA", new URL("main.ts", import.meta.url).pathname],
    ["AMI_USERNAME", "pbx\nis"],
    ["AMI_SECRET", "x".repeat(1000)],
    ["PBXIS_TOKEN", "two words"],
    ["PBXIS_AGENT_PATTERN", "PJSIP/(.*"],
    ["PBXIS_AGENT_PATTERN", "no group"],
    ["PBXIS_ORIGINATE_CONTEXT", "a,b"],
    ["PBXIS_MEMBER_INTERFACE", "Local/1001@from-queue/n"],
    ["PBXIS_MEMBER_INTERFACE", "Local/{agent}@{agent}/n"],
    ["PBXIS_MEMBER_INTERFACE", "Local/{agent}"],
    ["PBXIS_MEMBER_INTERFACE", "PJSIP/{agent}&PJSIP/1"],
    ["PBXIS_MEMBER_STATE_INTERFACE", "hint:ext-local"],
    ["PBXIS_MEMBER_STATE_INTERFACE", "{agent}@ext-local"],
    ["PBXIS_MEMBER_STATE_INTERFACE", "hint:{agent}@ext-local;x"],
    ["PBXIS_DIAL_PATTERN", "a)|(b"],
    ["PBXIS_VARIABLES", "*"],
    ["PBXIS_VARIABLES", "CRM*,two words"],
    ["PBXIS_LOG_LEVEL", "loud"],
    ["PBXIS_DIALECT", "asterisk22"],
    ["PBXIS_REDACT_NUMBERS", "last5"],
    ["PBXIS_REDACT_NAMES", "hash"],
    ["PBXIS_REDACT_RECORDINGS", "last4"],
    ["PBXIS_REDACT_KEY", "k".repeat(31)],
  ])("an invalid %s is reported in one line", (name, value) => {
    const result = parseConfig({ ...minimal, [name]: value });
    expect(result).toMatchObject({ ok: false, message: expect.stringMatching(new RegExp(`^${name}[^\\n]*$`)) });
  });

  it.each<[Record<string, string>, string]>([
    [{ AMI_PORT: "abc" }, "AMI_PORT must be a whole number from 1 to 65535"],
    [{ AMI_PORT: "0" }, "AMI_PORT must be a whole number from 1 to 65535"],
    [{ AMI_PORT: "5038.5" }, "AMI_PORT must be a whole number from 1 to 65535"],
    [{ AMI_TLS: "perhaps" }, "AMI_TLS must be one of true, false, 1, 0, yes, no"],
    [{ AMI_HOST: "x".repeat(2000) }, "AMI_HOST must have at most 1024 characters"],
    [{ PBXIS_LOG_LEVEL: "loud" }, "PBXIS_LOG_LEVEL must be one of debug, info, warn, error"],
    [{ PBXIS_REDACT_NUMBERS: "some" }, "PBXIS_REDACT_NUMBERS must be none, last4, hash or all"],
    [{ PBXIS_REDACT_NUMBERS: "hash" }, "PBXIS_REDACT_KEY is missing: PBXIS_REDACT_NUMBERS=hash needs it"],
    [{ PBXIS_REDACT_RECORDINGS: "name" }, "PBXIS_REDACT_KEY is missing: PBXIS_REDACT_RECORDINGS=name needs it"],
    [{ PBXIS_REDACT_KEY: "short" }, "PBXIS_REDACT_KEY must be at least 32 characters"],
    [{ PBXIS_WATCH_ALLOWED_HOSTS: "a/b" }, "PBXIS_WATCH_ALLOWED_HOSTS must be host names separated by commas"],
    [
      { PBXIS_TOKEN: "", PBXIS_TOKN: "x" },
      "PBXIS_TOKEN is missing; PBXIS_TOKN is not a setting of the connector; did you mean PBXIS_TOKEN?",
    ],
  ])("%j is refused in plain words", (values, message) => {
    expect(parseConfig({ ...minimal, ...values })).toMatchObject({
      ok: false,
      message: `${message} (--help lists all settings)`,
    });
  });

  it.each([
    [{}, "none", "none"],
    [{ PBXIS_REDACT_NUMBERS: "last4" }, "last4", "all"],
    [{ PBXIS_REDACT_NUMBERS: "last4", PBXIS_REDACT_RECORDINGS: "none" }, "last4", "none"],
    [{ PBXIS_REDACT_NAMES: "all" }, "none", "none"],
  ])(
    "RD1 %j: recordings are hidden where numbers are, unless a setting says otherwise",
    (more, numbers, recordings) => {
      const { redaction, siteSettings } = valid({ ...minimal, ...more });
      expect(redaction.modes).toMatchObject({ numbers, recordings });
      expect(siteSettings.redaction).toEqual(redaction.modes);
    },
  );

  it("the watch server answers its own host name and the names that are set", () => {
    const watch = { PBXIS_WATCH_PORT: "9180", PBXIS_WATCH_HOST: "10.0.0.5", PBXIS_WATCH_ALLOWED_HOSTS: "A.lan, b.lan" };
    expect(parseConfig({ ...minimal, ...watch })).toMatchObject({
      config: { watch: { host: "10.0.0.5", port: 9180, allowedHosts: ["a.lan", "b.lan", "10.0.0.5"] } },
    });
  });

  it("all missing settings are named, and no secret is shown", () => {
    const result = parseConfig({ AMI_SECRET: "s3cret", PBXIS_TOKEN: "" });
    expect(result.ok || result.message).toMatch(
      /PBXIS_SITE is missing; PBXIS_EDGE_URL is missing; PBXIS_TOKEN is missing; AMI_USERNAME is missing/,
    );
    expect(JSON.stringify(result)).not.toContain("s3cret");
  });

  it("--help has a line for each setting", () => {
    expect(describeSettings()).toMatch(/AMI_HOST +host of Asterisk \(default: 127\.0\.0\.1\)/);
    expect(describeSettings()).toMatch(/PBXIS_SITE +.*\(required\)/);
    expect(describeSettings()).toMatch(/AMI_TLS_CA +[^(\n]*\(PEM\)/);
  });

  it("a missing env file is reported in one line", () => {
    expect(readEnvFile("no/such/file.env")).toMatchObject({ ok: false, message: expect.stringContaining("no/such") });
  });
});

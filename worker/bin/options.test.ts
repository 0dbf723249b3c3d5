import { describe, expect, it } from "vitest";
import { parseDevCommand, parseReady, planLaunch } from "./dev-options.ts";
import { checkSecret, readSettings } from "./settings.ts";
import { parseTokenCommand } from "./token-options.ts";

const secret = "0123456789abcdef0123456789abcdef";
const now = 1_763_890_000_000;

describe("pnpm run token", () => {
  it.each([
    [
      "--site hq --role connector",
      { site: "hq", role: "connector", agents: [], queues: [], commands: [], callers: false },
    ],
    [
      "-- --site hq --role connector",
      { site: "hq", role: "connector", agents: [], queues: [], commands: [], callers: false },
    ],
    [
      "--site hq,branch --queues a,b --queues c --agents * --ttl 2h",
      {
        site: ["hq", "branch"],
        role: "client",
        agents: ["*"],
        queues: ["a", "b", "c"],
        commands: [],
        callers: false,
        exp: now / 1000 + 7200,
      },
    ],
    [
      '--sites {"hq":{"queues":["a"]}} --role connector',
      {
        sites: { hq: { agents: [], queues: ["a"], commands: [], callers: false } },
        role: "connector",
        agents: [],
        queues: [],
        commands: [],
        callers: false,
      },
    ],
    [
      "--site hq --callers",
      {
        site: "hq",
        role: "client",
        agents: [],
        queues: [],
        commands: [],
        callers: true,
        exp: now / 1000 + 86_400,
      },
    ],
    [
      "--site hq",
      { site: "hq", role: "client", agents: [], queues: [], commands: [], callers: false, exp: now / 1000 + 86_400 },
    ],
    [
      "--site hq --sub crm",
      {
        site: "hq",
        role: "client",
        agents: [],
        queues: [],
        commands: [],
        callers: false,
        sub: "crm",
        exp: now / 1000 + 86_400,
      },
    ],
  ])("%s", (line, claims) => {
    expect(parseTokenCommand(line.split(" "), now)).toEqual({
      ok: true,
      value: { kind: "print", claims, secret: null },
    });
  });

  it.each([
    ["", "--site is required"],
    ["--site h/q", "--site must be"],
    ["--site hq --role agent", "--role must be client, connector, operator or admin"],
    ["--site hq --commands hangup,dance", "--commands: there is no command dance; there are originate, "],
    ["--site hq --ttl 30", "--ttl must be"],
    ["--site hq --ttl 0d", "--ttl must be"],
    ["--site hq --ttl 99999d", "--ttl must be"],
    ["--sights hq", "Unknown option '--sights'"],
    ["--sites hq", "--sites must be JSON"],
    ['--sites {"h:q":{}}', "--sites.h:q: must be 1-63"],
    ['--site hq --sites {"hq":{}}', "--site: must not be given together with sites"],
    ['--agents 1001 --sites {"hq":{}}', "--agents: must be within sites"],
    ["--site hq support", "Unexpected argument 'support'"],
  ])("%j is refused: %s", (line, message) => {
    const parsed = parseTokenCommand(line.split(" ").filter(Boolean), now);
    expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});

describe("settings of this machine", () => {
  it("the environment goes before .dev.vars, an empty value counts as absent", () => {
    const file = 'PBXIS_SECRET="from file"\nPBXIS_JWKS_URL=https://keys.example\nPBXIS_COMPAT_SITE=hq\n';
    expect(readSettings({ PBXIS_SECRET: "from env" }, file)).toEqual({
      secret: "from env",
      jwksUrl: "https://keys.example",
      vars: { PBXIS_COMPAT_SITE: "hq" },
    });
    expect(readSettings({ PBXIS_SECRET: "" }, file).secret).toBe("from file");
    expect(readSettings({}, undefined)).toEqual({ secret: null, jwksUrl: null, vars: {} });
  });

  it("an absent or short secret gets a message that says how to create one and does not contain it", () => {
    for (const wrong of [null, "short-secret"]) {
      const checked = checkSecret(wrong);
      expect(checked).toMatchObject({ ok: false, message: expect.stringContaining("openssl rand") });
      expect(JSON.stringify(checked)).not.toContain("short-secret");
    }
  });
});

describe("pnpm worker", () => {
  it.each([
    [[], { ok: true, value: { kind: "run", port: 8787, state: ".wrangler/state" } }],
    [["--port", "0", "--state", "/x"], { ok: true, value: { kind: "run", port: 0, state: "/x" } }],
    [["--port", "65536"], { ok: false, message: "--port must be a number from 0 to 65535" }],
    [["--port", "http"], { ok: false, message: "--port must be a number from 0 to 65535" }],
    [["--help"], { ok: true, value: { kind: "help" } }],
  ])("%j", (argv, parsed) => {
    expect(parseDevCommand(argv)).toEqual(parsed);
  });

  it("listens on loopback, keeps the secret off the command line, and passes on only the needed environment", () => {
    const env = { PATH: "/bin", AWS_SECRET_ACCESS_KEY: "not ours" };
    const settings = { secret, jwksUrl: null, vars: { PBXIS_COMPAT_SITE: "hq" } };
    const launch = planLaunch({ port: 1234, state: "s" }, settings, env);
    if (!launch.ok) throw new Error(launch.message);
    const { args, env: passed } = launch.value;
    expect(args.slice(0, 5)).toEqual(["dev", "--ip", "127.0.0.1", "--port", "1234"]);
    expect(args.join(" ")).not.toContain(secret);
    expect(passed).toMatchObject({
      PATH: "/bin",
      PBXIS_SECRET: secret,
      PBXIS_COMPAT_SITE: "hq",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      X_LOCAL_OBSERVABILITY: "false",
      X_LOCAL_EXPLORER: "false",
    });
    expect(passed).not.toHaveProperty("AWS_SECRET_ACCESS_KEY");
  });

  it("needs a secret or the key set of another issuer", () => {
    expect(planLaunch({ port: 1, state: "s" }, { secret: null, jwksUrl: null, vars: {} }, {}).ok).toBe(false);
    const jwksUrl = "https://keys.example";
    const parties = { PBXIS_ISSUER: "https://id.example", PBXIS_AUDIENCE: "any" };
    expect(planLaunch({ port: 1, state: "s" }, { secret: null, jwksUrl, vars: parties }, {}).ok).toBe(true);
    for (const name of ["PBXIS_ISSUER", "PBXIS_AUDIENCE"] as const) {
      const { [name]: _, ...vars } = parties;
      const plan = planLaunch({ port: 1, state: "s" }, { secret, jwksUrl, vars }, {});
      expect(plan).toMatchObject({ ok: false, message: expect.stringContaining(name) });
    }
  });

  it.each([
    ['{"event":"DEV_SERVER_READY","ip":"127.0.0.1","port":8787}', "http://127.0.0.1:8787"],
    ['{"event":"OTHER"}', undefined],
    ["no JSON", undefined],
    [{ event: "DEV_SERVER_READY" }, undefined],
  ])("the URL in %j is %s", (message, url) => {
    expect(parseReady(message)).toBe(url);
  });
});

/** Whether pbxis-ws's paths are enabled (AP8), for which site, and who may come in. */
import { type Grant, SiteId } from "@pbxis/shared";
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { type App, authoriseToken, bearerOf, refusalAnswer, revokedAnswer } from "../auth/grant.ts";
import type { Env } from "../env.ts";
import { errorAnswer } from "../http/answer.ts";
import { isUpgrade } from "../http/negotiate.ts";
import { parseOrigins, visitorProblem } from "./visitor.ts";

export type CompatSettings = Readonly<{
  site: string;
  needsToken: boolean;
  /** Of pages besides the worker's own. */
  origins: readonly string[];
}>;

/** `undecided`: the site is set, but not who may come in. `wrong`: a value that cannot be meant. */
export type CompatChoice =
  | Readonly<{ kind: "off" }>
  | Readonly<{ kind: "on"; settings: CompatSettings }>
  | Readonly<{ kind: "undecided" | "wrong"; message: string }>;

/** The paths are never open by silence, nor by a mistake in a setting. */
export function compatChoice(
  env: Pick<Env, "PBXIS_COMPAT_SITE" | "PBXIS_COMPAT_TOKEN" | "PBXIS_COMPAT_ORIGINS">,
): CompatChoice {
  const { PBXIS_COMPAT_SITE: site, PBXIS_COMPAT_TOKEN: token, PBXIS_COMPAT_ORIGINS: list = "" } = env;
  if (!site) return { kind: "off" };
  if (!SiteId.safeParse(site).success) return { kind: "wrong", message: "PBXIS_COMPAT_SITE is not a site's name" };
  if (!token)
    return { kind: "undecided", message: "PBXIS_COMPAT_SITE needs PBXIS_COMPAT_TOKEN: set it to required or open" };
  if (token !== "required" && token !== "open")
    return { kind: "wrong", message: "PBXIS_COMPAT_TOKEN must be required or open" };
  const origins = parseOrigins(list);
  if (!origins)
    return { kind: "wrong", message: "PBXIS_COMPAT_ORIGINS must be origins, such as https://crm.example.com" };
  return { kind: "on", settings: { site, needsToken: token === "required", origins } };
}

/** The answer to a request that is refused for where it comes from, or undefined. */
export function refuseVisitor({ req }: Context, { origins }: CompatSettings): Response | undefined {
  const problem = visitorProblem(
    {
      url: req.url,
      host: req.header("host"),
      origin: req.header("origin"),
      fetchSite: req.header("sec-fetch-site"),
    },
    origins,
  );
  return problem === null ? undefined : errorAnswer("forbidden", problem);
}

/** Lets pages of the configured origins read the answers. */
export function corsFor({ origins }: CompatSettings): MiddlewareHandler<CompatApp> {
  const listed = cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization", "content-type", "last-event-id", "x-requested-with"],
    maxAge: 86_400,
  });
  // The headers of a 101 answer are immutable.
  return (context, next) =>
    isUpgrade(context.req.raw) || !origins.includes(context.req.header("origin") ?? "")
      ? next()
      : listed(context, next);
}

/** The grant of every client while no token is required. All of them share its limits (CM16). */
const everything: Grant = {
  subject: "everybody",
  role: "client",
  agents: ["*"],
  queues: ["*"],
  commands: ["*"],
  callers: false,
  expiresAt: null,
};

/** Not used for streams, whose ticket carries the grant. */
export const requireCompatGrant: MiddlewareHandler<CompatApp> = async (context, next) => {
  const { site, needsToken } = context.get("compat");
  const token = bearerOf(context.req.header("authorization"));
  const authorised = needsToken
    ? await authoriseToken(context.env, token, site, ["client"])
    : ({ ok: true, grant: everything } as const);
  if (!authorised.ok) return refusalAnswer(authorised);
  const revoked = await revokedAnswer(context.env, site, authorised.grant);
  if (revoked) return revoked;
  context.set("grant", authorised.grant);
  return next();
};

export type CompatApp = { Bindings: Env; Variables: App["Variables"] & { compat: CompatSettings } };

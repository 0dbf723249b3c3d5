/** Whether pbxis-ws's paths are enabled (AP8), for which site, and whether they require a token. */
import { type Grant, SiteId } from "@pbxis/shared";
import type { MiddlewareHandler } from "hono";
import { type App, authoriseToken, bearerOf, refusalAnswer } from "../auth/grant.ts";
import type { Env } from "../env.ts";

export type CompatSettings = Readonly<{ site: string; needsToken: boolean }>;

/** Null if the paths are disabled. A value that cannot be meant is an error: ignoring it could leave the site open. */
export function compatSettings(
  env: Pick<Env, "PBXIS_COMPAT_SITE" | "PBXIS_COMPAT_TOKEN">,
): CompatSettings | null | Readonly<{ error: string }> {
  const { PBXIS_COMPAT_SITE: site, PBXIS_COMPAT_TOKEN: token } = env;
  if (!site) return null;
  if (!SiteId.safeParse(site).success) return { error: "PBXIS_COMPAT_SITE is not a site's name" };
  if (token && token !== "required") return { error: "PBXIS_COMPAT_TOKEN must be required, or not set" };
  return { site, needsToken: token === "required" };
}

/** The grant of every client while no token is required. All of them share its limits (CM16). */
const everything: Grant = {
  subject: "everybody",
  role: "client",
  agents: ["*"],
  queues: ["*"],
  commands: ["*"],
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
  context.set("grant", authorised.grant);
  return next();
};

export type CompatApp = { Bindings: Env; Variables: App["Variables"] & { compat: CompatSettings } };

/** What the connector's token says of itself. Its signature is the worker's to check. Pure. */
import * as z from "zod";
import { type Finding, fine, problem, warning } from "./finding.ts";

const subject = "PBXIS_TOKEN";
const remedy = "create one with: pnpm run token --site SITE --role connector";
const soonMs = 14 * 24 * 3_600_000;

const Payload = z.object({
  site: z.union([z.string(), z.array(z.string())]).optional(),
  role: z.string().optional(),
  exp: z.number().optional(),
});

/** `now` in ms since 1970. */
export function examineToken(token: string, site: string, now: number): Finding {
  const payload = payloadOf(token);
  if (!payload) return problem(subject, "is not a token (JWT)", remedy);
  const { role = "client", exp } = payload;
  const sites = [payload.site ?? []].flat();
  if (role !== "connector") return problem(subject, `has the role ${role}, not connector`, remedy);
  if (!sites.includes(site))
    return problem(subject, `is for the site ${sites.join(", ") || "of no name"}, and PBXIS_SITE is ${site}`, remedy);
  if (exp === undefined) return fine(subject, `is for a connector of site ${site}, and never expires`);
  const end = new Date(exp * 1000).toISOString();
  if (exp * 1000 <= now) return problem(subject, `expired at ${end}`, remedy);
  if (exp * 1000 - now < soonMs) return warning(subject, `expires soon, at ${end}`, remedy);
  return fine(subject, `is for a connector of site ${site}, until ${end}`);
}

function payloadOf(token: string): z.infer<typeof Payload> | undefined {
  const [, part, signature] = token.split(".");
  if (part === undefined || signature === undefined) return undefined;
  try {
    return Payload.safeParse(JSON.parse(Buffer.from(part, "base64url").toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

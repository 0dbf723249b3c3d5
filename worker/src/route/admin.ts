/** AP16, AP17: what an admin may delete and revoke. The answers say how much it was, and nothing of what it was. */
import { DeletionRequest, hasControlCharacter, type RevocationAnswer, RevocationRequest } from "@pbxis/shared";
import type { Context } from "hono";
import type { App } from "../auth/grant.ts";
import { tokenIdOf } from "../auth/subject.ts";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { readBody } from "../http/body.ts";
import { parseAs } from "../http/query.ts";
import { logWarning } from "../log.ts";
import { askSite } from "./site.ts";

const maxNumberLength = 128;

/** AP16: takes one caller out of everything that the site has stored. */
export async function eraseCaller(context: Context<App>): Promise<Response> {
  const number = context.req.param("number") ?? "";
  const problem = numberProblem(number);
  if (problem) return errorAnswer("bad_request", `number ${problem}`);
  const erased = await askSite(context, "erase", number);
  return erased instanceof Response ? erased : jsonAnswer(erased);
}

/** `unknown` stands for every caller who withholds the number (EV4). */
function numberProblem(number: string): string | null {
  if (number.length > maxNumberLength) return `must have at most ${maxNumberLength} characters`;
  if (hasControlCharacter(number)) return "must have no control character";
  if (!/[0-9A-Za-z]/.test(number)) return "must have a digit or a letter";
  return number === "unknown" ? "must be a caller's" : null;
}

/** AP16: deletes the whole site. */
export async function deleteSite(context: Context<App>): Promise<Response> {
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const parsed = parseAs(DeletionRequest, body.value, "the body");
  if (!parsed.ok) return errorAnswer("bad_request", parsed.message);
  const name = context.req.param("site") ?? "";
  if (parsed.value.confirm !== name) return errorAnswer("bad_request", "confirm must be the name of the site");
  logWarning("an admin deletes the site", { site: name });
  const objects = await askSite(context, "deleteAll");
  return objects instanceof Response ? objects : jsonAnswer({ site: name, objects });
}

/** How far an admin's clock may be ahead. */
const toleranceSeconds = 60;

/** AP17: revokes one token, or all that were issued before a time. */
export async function postRevocation(context: Context<App>): Promise<Response> {
  const body = await readBody(context.req.raw);
  if (!body.ok) return body.answer;
  const parsed = parseAs(RevocationRequest, body.value, "the body");
  if (!parsed.ok) return errorAnswer("bad_request", parsed.message);
  const request = parsed.value;
  if ("issuedBefore" in request && request.issuedBefore > Date.now() / 1000 + toleranceSeconds)
    return errorAnswer("bad_request", "issuedBefore must not be in the future");
  const id = "jti" in request ? await tokenIdOf(request.jti) : "";
  const revocations = await askSite(context, "revoke", request, id);
  if (revocations instanceof Response) return revocations;
  if (revocations === null)
    return errorAnswer("too_large", "the site has as many revocations as it can keep; revoke by issuedBefore");
  return jsonAnswer({ revocations } satisfies RevocationAnswer);
}

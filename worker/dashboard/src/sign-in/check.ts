/** Checks a token with the server before the page is shown (AP4, AP14). */
import { connectSite, SiteError } from "@pbxis/shared/client";
import { allSites, type SignedIn } from "../store/token.ts";
import { createWebhookApi } from "../store/webhook-api.ts";

/** The reason why the server rejects the token, for the user; null if it accepts it. */
export async function checkWithServer({ token, site, claims }: SignedIn): Promise<string | null> {
  const asked = site === allSites ? (claims.sites[0] ?? "") : site;
  try {
    // An admin's token opens other paths than a client's.
    if (claims.isAdmin) await createWebhookApi(asked, token).list();
    else await connectSite({ url: location.origin, token, site: asked }).status();
    return null;
  } catch (error) {
    return refusalText(error);
  }
}

export function refusalText(error: unknown): string {
  if (!(error instanceof SiteError)) return `Unexpected error: ${String(error)}.`;
  switch (error.code) {
    case "unauthorized":
      return `The server does not accept this token: ${error.message}.`;
    case "forbidden":
      return `This token does not grant access to this site: ${error.message}.`;
    case "network":
      return "The server cannot be reached. Check the connection and try again.";
    default:
      return `The server could not check the token: ${error.message}. Try again.`;
  }
}

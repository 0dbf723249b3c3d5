/** Whether the server takes a token, asked before the page is shown (AP4). */
import { connectSite, SiteError } from "@pbxis/shared/client";
import type { SignedIn } from "../session.ts";

/** Why not, in words for the one who signs in; null if it does. */
export async function checkWithServer({ token, site }: SignedIn): Promise<string | null> {
  try {
    await connectSite({ url: location.origin, token, site }).status();
    return null;
  } catch (error) {
    return refusalWords(error);
  }
}

export function refusalWords(error: unknown): string {
  if (!(error instanceof SiteError)) return `Something went wrong here: ${String(error)}.`;
  switch (error.code) {
    case "unauthorized":
      return `The server does not accept this token: ${error.message}.`;
    case "forbidden":
      return `This token is not good for this site: ${error.message}.`;
    case "network":
      return "The server cannot be reached. Check the connection and try again.";
    default:
      return `The server could not check the token: ${error.message}. Try again.`;
  }
}

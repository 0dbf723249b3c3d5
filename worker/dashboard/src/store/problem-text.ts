/** Why a request to the site failed, for the user. Pure. */
import { SiteError } from "@pbxis/shared/client";

export function problemText(error: unknown): string {
  if (!(error instanceof SiteError)) return `Unexpected error: ${String(error)}.`;
  switch (error.code) {
    case "network":
      return "The server cannot be reached. Check the connection and try again.";
    case "unauthorized":
      return "Your token is no longer valid. Sign in again.";
    case "bad_request":
    case "too_large":
      return `The server refused this: ${error.message}`;
    case "forbidden":
      return `Your token does not allow this: ${error.message}.`;
    default:
      return `The server could not do this: ${error.message}.`;
  }
}

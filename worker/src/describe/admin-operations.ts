/** What operators and admins do (AP10, AP11, AP16, AP17). */
import { type Operations, site, tokenRefusals } from "./operation.ts";

export const adminOperations: Operations = {
  "/v1/sites/{site}/counters": {
    get: {
      summary: "AP10: the counters of the site and its connector, for operators.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "the counters", schema: "SiteCounters" } },
      refusals: tokenRefusals,
    },
  },
  "/v1/sites/{site}/audit": {
    post: {
      summary: "AP11: makes the connector compare its model with Asterisk, for operators.",
      secured: true,
      parameters: [site],
      answers: {
        200: { text: "result.audit: the differences that were found and corrected", schema: "CommandAnswer" },
      },
      refusals: [...tokenRefusals, "too_fast", "not_permitted", "deadline_passed", "outcome_unknown"],
    },
  },
  "/v1/sites/{site}/callers/{number}": {
    delete: {
      summary: "AP16: takes a caller's number, and the names beside it, out of all that the site has stored.",
      secured: true,
      parameters: [site, { in: "path", name: "number", description: "the number, with or without +" }],
      answers: { 200: { text: "in how many rows it was", schema: "Erasure" } },
      refusals: ["bad_request", ...tokenRefusals],
    },
  },
  "/v1/sites/{site}/revocations": {
    post: {
      summary: "AP17: revokes a token by its jti, or all tokens that were issued before a time, for admins.",
      secured: true,
      parameters: [site],
      body: "RevocationRequest",
      answers: { 200: { text: "how many revocations the site keeps", schema: "RevocationAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
};

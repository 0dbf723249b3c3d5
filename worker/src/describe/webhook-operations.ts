/** What admins do with webhooks (AP14). */
import { type Operation, type Operations, site, tokenRefusals } from "./operation.ts";

type Refusals = Operation["refusals"];

const id = { in: "path", name: "id", description: "the webhook's id" } as const;
const ofOne: Refusals = [...tokenRefusals, "not_found"];
const withBody: Refusals = ["bad_request", "too_large", "unsupported_media_type"];

/** An operation on one webhook, without a body. */
const onOne = (summary: string, answers: Operation["answers"]): Operation => ({
  ...{ summary, secured: true, parameters: [site, id], answers, refusals: ofOne },
});

export const webhookOperations: Operations = {
  "/v1/sites/{site}/webhooks": {
    get: {
      summary: "AP14: the webhooks of the site, for admins.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "without their secrets", schema: "WebhookList" } },
      refusals: tokenRefusals,
    },
    post: {
      summary: "AP14: makes a webhook. It gets what is logged from now on.",
      secured: true,
      parameters: [site],
      body: "WebhookRequest",
      answers: { 201: { text: "the webhook, with the secret that signs its messages", schema: "WebhookCreated" } },
      refusals: [...tokenRefusals, ...withBody],
    },
  },
  "/v1/sites/{site}/webhooks/{id}": {
    get: onOne("AP14: one webhook.", { 200: { text: "without its secret", schema: "Webhook" } }),
    patch: {
      ...onOne("AP14: changes a webhook; disabled stops it, and lets it go on.", {
        200: { text: "the webhook as it is now", schema: "Webhook" },
      }),
      body: "WebhookChange",
      refusals: [...ofOne, ...withBody],
    },
    delete: onOne("AP14: deletes a webhook with its dead letters.", { 204: { text: "it is deleted", schema: null } }),
  },
  "/v1/sites/{site}/webhooks/{id}/secret": {
    post: onOne("AP14: makes a new secret; the old one signs beside it for 24 h.", {
      200: { text: "the new secret", schema: "WebhookSecret" },
    }),
  },
  "/v1/sites/{site}/webhooks/{id}/attempts": {
    get: onOne("AP14: the last 100 tries.", { 200: { text: "newest first", schema: "WebhookAttempts" } }),
  },
  "/v1/sites/{site}/webhooks/{id}/deadletters": {
    get: onOne("AP14: the messages that were given up.", { 200: { text: "oldest first", schema: "DeadLetters" } }),
  },
  "/v1/sites/{site}/webhooks/{id}/replay": {
    post: {
      ...onOne("AP14: sends dead letters again, or everything since a position of the log.", {
        202: { text: "they will be sent", schema: "ReplayAnswer" },
      }),
      body: "ReplayRequest",
      refusals: [...ofOne, ...withBody, "gone"],
    },
  },
  "/v1/sites/{site}/webhooks/{id}/test": {
    post: onOne("AP14: sends a test message once, now.", { 200: { text: "what came of it", schema: "WebhookTest" } }),
  },
};

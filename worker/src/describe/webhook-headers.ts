/** The headers of a webhook's message (AP14), by Standard Webhooks. */
export const webhookHeaders: Readonly<Record<string, string>> = {
  "webhook-id": "the message's id, the same at each try: by it a receiver finds duplicates",
  "webhook-timestamp": "when it was sent, s since 1970",
  "webhook-signature": "v1, and the base64 HMAC-SHA256 of id.timestamp.body; several with blanks between them",
};

/**
 * The names on the wire, branded so that the compiler rejects a queue where an agent is expected. Every schema bounds
 * the length, because names are keys in memory, in storage and in names of objects.
 */
import * as z from "zod";
import { hasControlCharacter } from "./text.ts";

const name = z
  .string()
  .min(1, "must not be empty")
  .max(128, "must have at most 128 characters")
  .refine((text) => !hasControlCharacter(text) && !text.includes(","), {
    message: "must have no comma and no control character",
  });

/** One PBX and its connector, such as `hq`; part of URLs, so letters, digits, `_`, `.` and `-` only. */
export const SiteId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "must be 1-63 of letters, digits, _ . -");
export type SiteId = z.infer<typeof SiteId>;

/** A person, identified by extension, such as `1001`. Alphanumeric ids occur too (EV15). */
export const AgentId = name.brand<"AgentId">();
export type AgentId = z.infer<typeof AgentId>;

/** An Asterisk call queue, as `queues.conf` names it. */
export const QueueName = name.brand<"QueueName">();
export type QueueName = z.infer<typeof QueueName>;

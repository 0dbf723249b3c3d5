/**
 * The names that travel on the wire, branded so that a queue is never passed where an agent is meant.
 * Every schema bounds its length: a name is a key in memory, in storage and in object names.
 */
import * as z from "zod";
import { hasControlCharacter } from "./text.ts";

const name = z
  .string()
  .min(1)
  .max(128)
  .refine((text) => !hasControlCharacter(text) && !text.includes(","), {
    message: "must have no comma and no control character",
  });

/** One PBX and its connector, such as `hq`; part of URLs, so letters, digits, `_`, `.` and `-` only. */
export const SiteId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "must be 1-63 of letters, digits, _ . -");
export type SiteId = z.infer<typeof SiteId>;

/** A person, known by extension (`1001`); alphanumeric ids occur too (EV15). */
export const AgentId = name.brand<"AgentId">();
export type AgentId = z.infer<typeof AgentId>;

/** An Asterisk call queue, as `queues.conf` names it. */
export const QueueName = name.brand<"QueueName">();
export type QueueName = z.infer<typeof QueueName>;

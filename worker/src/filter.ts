/** Schemas of filters and cursors as objects store them and pass them to one another. */
import { type EventType, eventTraits, type Filter } from "@pbxis/shared";
import * as z from "zod";

export const Names = z.union([z.literal("*"), z.array(z.string())]);
export const About = z.literal(["agent", "queue"]).nullable();

export const FilterObject: z.ZodType<Filter> = z.object({
  agents: Names,
  queues: Names,
  summary: z.boolean(),
  about: About,
  unnamed: z.literal(true).exactOptional(),
  callers: z.literal([true, "list"]).exactOptional(),
  statistics: z.literal(true).exactOptional(),
  types: z.array(z.literal(Object.keys(eventTraits) as EventType[])).exactOptional(),
});

export const CursorObject = z.object({ epoch: z.string(), sequence: z.number() });

/** What the statistics remember of an agent between two events (EV19). */
import * as z from "zod";

export const AgentMemory = z.object({}).readonly();
export type AgentMemory = z.infer<typeof AgentMemory>;

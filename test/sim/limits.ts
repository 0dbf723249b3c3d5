/** Limits of the worker. They are imported at run time, because the simulation may have patched them. */

type FlowLimits = Readonly<{ cutBytes: number; bufferedBytes: number }>;
type LogLimits = Readonly<{ logLimits: Readonly<{ events: number }> }>;
type CommandLimits = Readonly<{ commandRate: Readonly<{ burst: number; perSecond: number }> }>;

const source = (path: string) => new URL(`../../worker/src/${path}`, import.meta.url).href;
export const { cutBytes, bufferedBytes }: FlowLimits = await import(source("scope/flow.ts"));
export const { logLimits }: LogLimits = await import(source("site/log/log-plan.ts"));
export const { commandRate }: CommandLimits = await import(source("site/command/limits.ts"));

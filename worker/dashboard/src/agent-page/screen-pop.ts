/**
 * The screen pop: which page of a CRM belongs to a call, and when it opens. The setting is this browser's. Pure.
 */
import type { AgentView } from "@pbxis/shared/client";

export const popMoments = ["ring", "answer", "click"] as const;
/** `template`: an address with names in braces; empty for none. `on`: when it opens; `click`: only by the link. */
export type ScreenPop = Readonly<{ template: string; on: (typeof popMoments)[number] }>;

export const screenPopKey = "pbxis-screen-pop";
export const noScreenPop: ScreenPop = { template: "", on: "click" };
export const popNames = ["number", "name", "queueName", "agent", "uniqueId", "callId"] as const;
const maxLength = 2000;

type Call = NonNullable<AgentView["call"]>;

/** What the browser has stored, if it is a setting of this kind. */
export function parseScreenPop(stored: unknown): ScreenPop {
  const { template, on } = (stored ?? {}) as Partial<Record<keyof ScreenPop, unknown>>;
  const moment = popMoments.find((one) => one === on);
  if (typeof template !== "string" || moment === undefined || templateProblem(template) !== null) return noScreenPop;
  return { template, on: moment };
}

/** What is wrong with it, for people; null if nothing is. */
export function templateProblem(template: string): string | null {
  if (template === "") return null;
  if (template.length > maxLength) return `The address has more than ${maxLength} characters.`;
  const names = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name = ""]) => name);
  const unknownName = names.find((name) => !(popNames as readonly string[]).includes(name));
  if (unknownName !== undefined)
    return `{${unknownName}} is not known. There are ${popNames.map((name) => `{${name}}`).join(", ")}.`;
  // A script's address (`javascript:`) would run in the page. A name in the host would let a caller choose it.
  const [, host = ""] = /^https?:\/\/([^/?#]*)/i.exec(template) ?? [];
  if (host === "" || host.includes("{") || !URL.canParse(template.replaceAll(/[{}]/g, "")))
    return "The address begins with https:// and a host, such as https://crm.example/find?number={number}.";
  return null;
}

/** What a call does not have stays empty. */
export function popAddress(template: string, agent: string, call: Call): string {
  const values: Readonly<Record<string, string | null>> = { ...valuesOf(call), agent };
  return template.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(values[name] ?? ""));
}

function valuesOf({ number, name, queueName, uniqueId, callId }: Call): Record<string, string | null> {
  return { number: number === "unknown" ? null : number, name, queueName, uniqueId, callId };
}

/** The call that the page has dealt with; undefined before it has seen the agent. */
export type Handled = string | null | undefined;

/**
 * Whether the page opens now. A call that was there when the page was opened opens nothing, so that a reload does not
 * open it again.
 */
export function planPop(
  handled: Handled,
  { on }: ScreenPop,
  { call, isRinging }: Readonly<{ call: Call | null; isRinging: boolean }>,
): Readonly<{ handled: Handled; opens: boolean }> {
  const id = call === null ? null : (call.callId ?? call.uniqueId ?? call.number);
  if (handled === undefined || id === null) return { handled: id, opens: false };
  const isDue = on === "ring" || (on === "answer" && !isRinging);
  return id !== handled && isDue ? { handled: id, opens: true } : { handled, opens: false };
}

/**
 * The form of a membership: its interface and its state interface, with `{agent}` in the place of the agent's id. A
 * queue's members usually have the same form, and so do the settings' templates.
 */
import type { MemberSetup } from "../model/lookup.ts";

/** `stateInterface` is null where the interface's own state counts. */
export type MemberForm = Readonly<{ memberInterface: string; stateInterface: string | null }>;

const placeholder = "{agent}";

/** Asterisk stores members as text with `;` and `|` between the parts, and reads a queue's members with `,` between. */
const stateInterface = /^[A-Za-z0-9]{1,20}[:/][^\p{Cc}\s;|,{}]{1,200}$/u;

export function isStateInterface(text: string): boolean {
  return stateInterface.test(text);
}

/** A text with the agent's id in exactly one place. */
export function isTemplate(text: string): boolean {
  return text.split(placeholder).length === 2;
}

export function fillTemplate(template: string, agent: string): string {
  return template.split(placeholder).join(agent);
}

/** The form that most members have, the first of several. Null if no member has its agent's id in both interfaces. */
export function commonForm(members: readonly MemberSetup[]): MemberForm | null {
  const counts = new Map<string, { form: MemberForm; count: number }>();
  for (const member of members) {
    const form = formOf(member);
    if (!form) continue;
    const key = `${form.memberInterface}\n${form.stateInterface ?? ""}`;
    const counted = counts.get(key);
    if (counted) counted.count++;
    else counts.set(key, { form, count: 1 });
  }
  let common: { form: MemberForm; count: number } | null = null;
  for (const counted of counts.values()) if (!common || counted.count > common.count) common = counted;
  return common?.form ?? null;
}

function formOf({ agent, memberInterface, stateInterface }: MemberSetup): MemberForm | null {
  const ofInterface = templateOf(memberInterface, agent);
  const ofState = stateInterface === null ? null : templateOf(stateInterface, agent);
  if (ofInterface === undefined || ofState === undefined) return null;
  return { memberInterface: ofInterface, stateInterface: ofState };
}

/** Undefined if the id is not in exactly one place. */
function templateOf(text: string, agent: string): string | undefined {
  const id = agent.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const template = text.replaceAll(new RegExp(`(?<![A-Za-z0-9])${id}(?![A-Za-z0-9])`, "g"), placeholder);
  return isTemplate(template) ? template : undefined;
}

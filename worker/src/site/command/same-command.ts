/** CM12: whether two requests with one idempotency key ask for the same command. Pure. */
import { commandDefaults, type SiteCommand } from "@pbxis/shared";

/**
 * A default that is spelt out makes no difference. Nor does the deadline: a client that asks again has less time left.
 */
export function isSameCommand(one: SiteCommand, other: SiteCommand): boolean {
  return isSame(spelledOut(one), spelledOut(other));
}

function spelledOut(command: SiteCommand): Record<string, unknown> {
  const { deadlineSeconds, ...rest } = command;
  const defaults = Object.entries(commandDefaults).find(([type]) => type === command.type)?.[1] ?? {};
  return { ...defaults, ...Object.fromEntries(presentFields(rest)) };
}

/** Whether two JSON values have the same fields with the same values, in any order. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return Object.is(one, other);
  const entries = presentFields(one);
  return (
    entries.length === presentFields(other).length &&
    entries.every(([name, value]) => isSame(value, Reflect.get(other, name)))
  );
}

function presentFields(object: object): [name: string, value: unknown][] {
  return Object.entries(object).filter(([, value]) => value !== undefined);
}

/**
 * The account's rights, from the answer to `ListCommands`: one header per action that the account may use, with the
 * write classes that the action requires. The account has at least one of them (measured on 16.28 and 22.10).
 *
 *     QueuePause: Makes a queue member temporarily unavailable.  (Priv: agent,all)
 */
import type { Fields } from "../wire/packet.ts";

/** By action: the classes that permit it. Empty if the action requires no right. */
export type AccountRights = ReadonlyMap<string, readonly string[]>;

/** The write classes that the connector's own actions and its commands need. */
export const neededClasses = ["reporting", "call", "agent", "originate"] as const;

/** Returns null if `fields` is no such list. A list contains at least `ListCommands` itself. */
export function parseRights(fields: Fields): AccountRights | null {
  const rights = new Map<string, readonly string[]>();
  for (const [action, value] of fields) {
    const classes = /\(Priv: ([^()]*)\)$/.exec(value)?.[1];
    if (classes === undefined) continue;
    rights.set(action, classes === "<none>" ? [] : classes.split(",").filter((name) => name !== "all"));
  }
  return rights.size > 0 ? rights : null;
}

/** Actions that none of the needed classes permits, by the classes of which the account must have one. */
export type SurplusRights = ReadonlyMap<string, readonly string[]>;

/**
 * The rights that the account has and the connector does not need. An action that several classes permit proves none of
 * them; it is listed under all of them only if no other action explains it.
 */
export function surplusRights(rights: AccountRights): SurplusRights {
  const isNeeded = (name: string) => neededClasses.some((needed) => needed === name);
  const beyond = [...rights].filter(([, classes]) => classes.length > 0 && !classes.some(isNeeded));
  const proven = new Set(beyond.flatMap(([, classes]) => (classes.length === 1 ? classes : [])));
  const surplus = new Map<string, string[]>();
  for (const [action, classes] of beyond) {
    const held = classes.filter((name) => proven.has(name));
    const key = (held.length > 0 ? held : classes).join(" or ");
    surplus.set(key, [...(surplus.get(key) ?? []), action]);
  }
  return surplus;
}

const maxNamed = 3;

/** A text for the operator, such as `command (Command), config (CreateConfig, ListCategories, UpdateConfig)`. */
export function surplusText(surplus: SurplusRights): string {
  return [...surplus]
    .map(([name, actions]) => {
      const more = actions.length > maxNamed ? `, … ${actions.length} in all` : "";
      return `${name} (${actions.slice(0, maxNamed).join(", ")}${more})`;
    })
    .join(", ");
}

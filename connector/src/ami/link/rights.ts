/**
 * What the account may do, read from the answer to `ListCommands`: a header an action, with the write classes of which the account has one
 * at least (measured on 16.28 and 22.10).
 *
 *     QueuePause: Makes a queue member temporarily unavailable.  (Priv: agent,all)
 */
import type { Fields } from "../wire/packet.ts";

/** The classes that each of the account's actions is open to; none where no right is asked for. */
export type AccountRights = ReadonlyMap<string, readonly string[]>;

/** The write classes that the connector's own questions and its commands need. */
export const neededClasses = ["reporting", "call", "agent", "originate"] as const;

/** Null if `fields` is no such list: one has at least `ListCommands` itself. */
export function parseRights(fields: Fields): AccountRights | null {
  const rights = new Map<string, readonly string[]>();
  for (const [action, value] of fields) {
    const classes = /\(Priv: ([^()]*)\)$/.exec(value)?.[1];
    if (classes === undefined) continue;
    rights.set(action, classes === "<none>" ? [] : classes.split(",").filter((name) => name !== "all"));
  }
  return rights.size > 0 ? rights : null;
}

/** Actions beyond the needed classes, under the classes of which the account must have one. */
export type SurplusRights = ReadonlyMap<string, readonly string[]>;

/**
 * What the account may beyond what the connector needs. An action that is open to several classes proves none of them; it is named only where
 * no other action explains it.
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

/** For the operator, such as `command (Command), config (CreateConfig, ListCategories, UpdateConfig)`. */
export function surplusText(surplus: SurplusRights): string {
  return [...surplus]
    .map(([name, actions]) => {
      const more = actions.length > maxNamed ? `, … ${actions.length} in all` : "";
      return `${name} (${actions.slice(0, maxNamed).join(", ")}${more})`;
    })
    .join(", ");
}

/** What a site's log holds and delivers, built by hand for tests. */
import type { Filter } from "@pbxis/shared";
import type { Logged, Part, Sequenced } from "../site/api.ts";

export const everything: Filter = { agents: "*", queues: "*", summary: true, about: null };

/** The result of a commit that logged `items`, which follow one another. */
export function logged(items: readonly Sequenced[]): Logged {
  return {
    first: items[0]?.[0] ?? 0,
    items: items.map(([, item]) => item),
    texts: items.map(([, item]) => JSON.stringify(item)),
  };
}

/** The parts of a delivery, one for the events of each commit. */
export function parts(...commits: readonly (readonly Sequenced[])[]): Part[] {
  return commits.map((events) => ({
    kind: "events",
    first: events[0]?.[0] ?? 0,
    last: events.at(-1)?.[0] ?? 0,
    text: logged(events).texts.join(","),
  }));
}

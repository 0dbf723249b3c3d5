/**
 * What the hooks read: values of the client's mirror, as they were in the last animation frame. A value stays the same
 * object until a change concerns it, so that React renders nothing else. This file knows nothing of React.
 */
import type {
  CommandOptions,
  CommandOutcome,
  SiteClient,
  SiteEvent,
  SubscribedSite,
  Subscription,
} from "@pbxis/shared/client";

/** How to read a value. `before`: the last value, to be returned if nothing has changed. */
export type Read<Value> = (site: SubscribedSite, before: Value | undefined) => Value;

export type SiteStore = Readonly<{
  command: (command: Parameters<SiteClient["command"]>[0], options?: CommandOptions) => Promise<CommandOutcome>;
  /** Subscribes at the site. The returned function ends that; the values stay. */
  open: () => () => void;
  /**
   * The value of a topic, undefined as long as the store was never open. A topic begins with a subject: `agent:1001`,
   * `queue:support`, `agents`, `queues`, `link` or `status`. A second line tells apart what is read of the same subject.
   */
  value: <Value>(topic: string, read: Read<Value>) => Value | undefined;
  /** Calls `listener` in the frame after a change that concerns the topic. The returned function ends that. */
  watch: (topic: string, listener: () => void) => () => void;
  /** Calls `listener` with every occurrence as it arrives. */
  onOccurrence: (listener: (event: SiteEvent) => void) => () => void;
}>;

type Topic = { value: unknown; isStale: boolean; listeners: Set<() => void> };

/** `nextFrame` runs a function once, in the next animation frame. */
export function createSiteStore(
  client: SiteClient,
  subscription: Subscription,
  nextFrame: (run: () => void) => void,
): SiteStore {
  const topics = new Map<string, Topic>();
  const occurrenceListeners = new Set<(event: SiteEvent) => void>();
  /** The subjects that have changed since the last frame. */
  const changed = new Set<string>();
  let site: SubscribedSite | null = null;

  function change(...subjects: readonly string[]): void {
    if (changed.size === 0) nextFrame(publish);
    for (const subject of subjects) changed.add(subject);
  }

  function publish(): void {
    const due: Topic[] = [];
    for (const [name, topic] of topics) {
      if (!changed.has("everything") && !changed.has(subjectOf(name))) continue;
      if (topic.listeners.size === 0) topics.delete(name);
      else due.push(topic);
      topic.isStale = true;
    }
    changed.clear();
    // All are stale before the first is read: a component may read several.
    for (const { listeners } of due) for (const listener of [...listeners]) listener();
  }

  function topicOf(name: string): Topic {
    const known = topics.get(name) ?? { value: undefined, isStale: true, listeners: new Set() };
    topics.set(name, known);
    return known;
  }

  return {
    command: client.command,
    open: () => {
      let isOpen = true;
      const opened = client.subscribe(subscription, {
        onChange: ({ events, removed }) => change("agents", "queues", ...[...events, ...removed].flatMap(subjectsOf)),
        onOccurrence: (event) => {
          for (const listener of [...occurrenceListeners]) listener(event);
        },
        // A snapshot's changes do not say what an earlier subscription of this store has shown.
        onLink: () => change("everything"),
        onStatus: () => {
          if (isOpen) change("status");
        },
      });
      site = opened;
      return () => {
        isOpen = false;
        opened.close();
      };
    },
    value: <Value>(name: string, read: Read<Value>) => {
      if (!site) return undefined;
      const topic = topicOf(name);
      if (topic.isStale) topic.value = read(site, topic.value as Value | undefined);
      topic.isStale = false;
      return topic.value as Value;
    },
    watch: (name, listener) => {
      const { listeners } = topicOf(name);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) topics.delete(name);
      };
    },
    onOccurrence: (listener) => {
      occurrenceListeners.add(listener);
      return () => occurrenceListeners.delete(listener);
    },
  };
}

function subjectOf(topic: string): string {
  return topic.split("\n")[0] ?? topic;
}

function subjectsOf(event: SiteEvent): string[] {
  const subjects: string[] = [];
  if ("agent" in event && event.agent !== null) subjects.push(`agent:${event.agent}`);
  if ("queue" in event) subjects.push(`queue:${event.queue}`);
  return subjects;
}

/** Who waits in the queues that views show (EV20): a stream for each, beside the page's own subscription. */
import type { CallerView, SiteClient, SubscribedSite } from "@pbxis/shared/client";

/** `list`: the first hundred, in order. Not `isLive`: they are those of an earlier moment. */
export type Callers = Readonly<{ list: readonly CallerView[]; isLive: boolean }>;

type CallerWatch = Readonly<{
  /** Opens the stream of a queue. Returns the function that ends it. */
  watch: (queue: string) => () => void;
  /** Null for a queue that is not watched, and before the first answer. */
  of: (queue: string) => Callers | null;
  close: () => void;
}>;

export function createCallerWatch(client: Pick<SiteClient, "subscribe">, changed: () => void): CallerWatch {
  const watched = new Map<string, SubscribedSite>();
  return {
    watch: (queue) => {
      const handlers = { onChange: changed, onLink: changed, onStatus: changed };
      const stream = client.subscribe({ queues: [queue], callers: true }, handlers);
      watched.set(queue, stream);
      return () => {
        stream.close();
        if (watched.get(queue) === stream) watched.delete(queue);
      };
    },
    of: (queue) => {
      const stream = watched.get(queue);
      const link = stream?.link();
      if (!stream || !link) return null;
      const isLive = link.state === "up" && stream.status().kind === "live";
      return { list: stream.state.callers(queue) ?? [], isLive };
    },
    close: () => {
      for (const stream of watched.values()) stream.close();
    },
  };
}

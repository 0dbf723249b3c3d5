/**
 * A process like load.ts whose clients are the typed client, with Node's WebSocket: what applications use, and too
 * expensive for thousands beside the server under measurement.
 */
import { connectSite, type SubscribedSite } from "@pbxis/shared/client";
import { Countdown, type Group, type LoadAnswer, type LoadRequest, serveParent } from "./load-protocol.ts";
import { digestOf } from "./mirror.ts";
import { stampOf } from "./sample-events.ts";

type Client = {
  readonly subscribed: SubscribedSite;
  readonly stamps: Set<string>;
  isMarked: boolean;
  /** Since `awaitReturn`. */
  place: "home" | "away" | "back";
};

const clients: Client[] = [];
let duplicates = 0;
let gaps = 0;
let marker: string | undefined;
let marked: Countdown | undefined;
let returned: Countdown | undefined;

/** Resolves when it is live. */
function open({ urls: [address = ""], token, subscription }: Group): Promise<void> {
  if (!subscription) throw new Error("a group without a subscription");
  const { origin, pathname } = new URL(address);
  const [, , , site = ""] = pathname.split("/");
  const live = Promise.withResolvers<void>();
  const subscribed = connectSite({ url: origin, site, token: token ?? "" }).subscribe(subscription, {
    onOccurrence: (event) => {
      const stamp = stampOf(event);
      if (stamp !== null && client.stamps.has(stamp)) duplicates += 1;
      if (stamp !== null) client.stamps.add(stamp);
      if (event.type !== "originateFailed" || event.actionId !== marker || client.isMarked) return;
      client.isMarked = true;
      marked?.tick();
    },
    onGap: () => {
      gaps += 1;
    },
    onStatus: ({ kind }) => {
      if (kind !== "live") {
        if (client.place === "home") client.place = "away";
        return;
      }
      live.resolve();
      if (client.place !== "away") return;
      client.place = "back";
      returned?.tick();
    },
  });
  const client: Client = { subscribed, stamps: new Set(), isMarked: false, place: "home" };
  clients.push(client);
  return live.promise;
}

async function openAll(groups: readonly Group[], parallel: number): Promise<void> {
  const waiting = groups.flatMap((group) => Array<Group>(group.count * group.urls.length).fill(group)).values();
  const openNext = async () => {
    for (const group of waiting) await open(group);
  };
  await Promise.all(Array.from({ length: parallel }, openNext));
}

async function perform(request: LoadRequest): Promise<LoadAnswer> {
  switch (request.kind) {
    case "open":
      await openAll(request.groups, request.parallel ?? 50);
      return { kind: "done" };
    case "await":
      marker = request.marker;
      marked = new Countdown(clients.length, request.timeoutMs);
      for (const client of clients) client.isMarked = false;
      return { kind: "reached", ...(await marked.reached) };
    case "awaitReturn":
      for (const client of clients) client.place = "home";
      returned = new Countdown(clients.length, request.timeoutMs);
      return { kind: "reached", ...(await returned.reached) };
    case "reset":
      [duplicates, gaps] = [0, 0];
      for (const { stamps } of clients) stamps.clear();
      return { kind: "done" };
    case "report":
      return {
        kind: "report",
        ...{ frames: 0, bytes: 0, acknowledgements: 0, latencies: [], closed: {}, refused: 0 },
        stampCounts: clients.map(({ stamps }) => stamps.size),
        duplicates,
        gaps,
        mirrors: clients.map(({ subscribed }) => digestOf(subscribed.state.events())),
      };
    default:
      throw new Error(`typed clients do not know ${request.kind}`);
  }
}

serveParent(perform);

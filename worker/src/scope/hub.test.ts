import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { filterKey, type ServerFrame } from "@pbxis/shared";
import { expect, it } from "vitest";
import { Inbox } from "../testing/inbox.ts";
import { ScriptedSite } from "../testing/scripted-site.ts";
import type { ConnectInfo } from "./connect.ts";
import { ScopeHub } from "./hub.ts";
import { SiteLink } from "./site-link.ts";

type Client = Readonly<{ frames: () => Promise<string[]>; inbox: Inbox }>;
type Stage = Readonly<{
  site: ScriptedSite;
  hub: () => ScopeHub;
  storage: DurableObjectStorage;
  /** The object's ends of the sockets. */
  sockets: () => WebSocket[];
  open: (info?: Partial<ConnectInfo>) => Promise<Client>;
}>;

const all: ConnectInfo = {
  filter: filterKey({ agents: "*", queues: "*", summary: false, about: null }),
  since: null,
  expiresAt: null,
  acknowledges: false,
  holder: "somebody",
  maxClients: 1_000,
};

/** A frame in short: `snapshot k-3`, `events k-5: a b`. */
function short(text: string): string {
  const frame: ServerFrame = JSON.parse(text);
  const actionIds =
    frame.type === "link" ? "" : frame.events.map((event) => ("actionId" in event ? ` ${event.actionId}` : ""));
  return `${frame.type} ${frame.cursor}:${[...actionIds].join("")}`;
}

/**
 * Runs inside a real object, with real hibernatable sockets. `hub()` is a new one each time: an object that woke
 * without memory.
 */
let objects = 0;
function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  objects += 1;
  return runInDurableObject(env.CHANNEL.getByName(`stage/${objects}`), async (_object, state) => {
    const site = new ScriptedSite();
    const accepted: WebSocket[] = [];
    const ctx = recordAccepted(state, accepted);
    const wake = () =>
      new ScopeHub(ctx, new SiteLink(() => site), { kind: "channel", name: "stage/x" }, ([filter]) => filter);
    let hub = wake();
    const open = async (info: Partial<ConnectInfo> = {}): Promise<Client> => {
      const connecting = hub.connect({ ...all, ...info });
      const server = accepted.at(-1);
      const { webSocket } = await connecting;
      if (!webSocket || !server) throw new Error("no socket");
      const inbox = new Inbox(webSocket);
      const frames = async () => {
        await settled();
        return (await untilMark(server, inbox)).map(short);
      };
      return { inbox, frames };
    };
    await play({
      site,
      storage: state.storage,
      open,
      sockets: () => state.getWebSockets(),
      hub: () => {
        hub = wake();
        return hub;
      },
    });
  });
}

/** All that follows from calls to the scripted site has happened: it needs no time, only the next turn. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** The object's state, which also adds each accepted socket to `accepted`. */
function recordAccepted(state: DurableObjectState, accepted: WebSocket[]): DurableObjectState {
  return new Proxy(state, {
    get(target, name) {
      if (name === "acceptWebSocket")
        return (socket: WebSocket) => {
          accepted.push(socket);
          target.acceptWebSocket(socket);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What the object has sent: everything that arrives before a mark that is sent now, or before the socket's end. */
async function untilMark(server: WebSocket, inbox: Inbox): Promise<string[]> {
  const mark = "mark";
  try {
    server.send(mark);
  } catch {
    await inbox.ended;
    return inbox.drain();
  }
  const texts: string[] = [];
  for (let text = await inbox.text(); text !== mark; text = await inbox.text()) texts.push(text);
  return texts;
}

it("ST1 what is delivered while a join is on its way is neither lost nor doubled", () =>
  onStage(async ({ site, hub, open }) => {
    const gate = Promise.withResolvers<void>();
    site.log("before");
    site.gate = gate.promise;
    const object = hub();
    const opening = open();
    await object.deliver(site.log("a"));
    await object.deliver(site.log("b"));
    gate.resolve();
    const client = await opening;
    expect(await client.frames()).toEqual(["snapshot k-1:", "events k-3: a b"]);
    await object.deliver(site.delivery(1));
    await object.deliver(site.log("c"));
    expect(await client.frames()).toEqual(["events k-4: c"]);
  }));

it("ST1 one that slept through deliveries reads what it missed, once for all clients at the same place", () =>
  onStage(async ({ site, hub, open }) => {
    const clients = [await open(), await open(), await open()];
    for (const client of clients) expect(await client.frames()).toEqual(["snapshot k-0:"]);
    site.log("a");
    site.log("b");
    site.calls.length = 0;
    expect(await hub().deliver(site.log("c"))).toMatchObject({ clients: 3 });
    for (const client of clients) expect(await client.frames()).toEqual(["events k-3: a b c"]);
    expect(site.calls).toEqual(["read k-0"]);
    await hub().deliver(site.delivery(0));
    for (const client of clients) expect(await client.frames()).toEqual([]);
  }));

it("UP6 a delivery of another epoch leads to a snapshot", () =>
  onStage(async ({ site, hub, open }) => {
    const client = await open();
    await hub().deliver(site.log("a"));
    site.beginEpoch("l");
    await hub().deliver(site.log("b"));
    await hub().deliver(site.log("c"));
    expect(await client.frames()).toEqual(["snapshot k-0:", "events k-1: a", "snapshot l-1:", "events l-2: c"]);
  }));

it("a site that fails once is asked again; if it fails again the client is closed and resumes by its cursor", () =>
  onStage(async ({ site, hub, open }) => {
    site.failing = 1;
    const client = await open();
    expect(await client.frames()).toEqual(["snapshot k-0:"]);
    site.log("missed");
    site.failing = 2;
    expect(await hub().deliver(site.log("a"))).toMatchObject({ clients: 0 });
    expect(await client.inbox.ended).toEqual({ code: 4503, reason: "unavailable" });
    const back = await open({ since: { epoch: "k", sequence: 0 } });
    expect(await back.frames()).toEqual(["events k-2: missed a"]);
  }));

it("an earlier client that is behind when another joins anew catches up at once", () =>
  onStage(async ({ site, open }) => {
    const early = await open();
    site.log("a");
    site.isNew = true;
    const late = await open();
    expect(await early.frames()).toEqual(["snapshot k-0:", "events k-1: a"]);
    expect(await late.frames()).toEqual(["snapshot k-1:"]);
  }));

it("ST4 a lagging client catches up at the next delivery if its catch-up was lost with the object's memory", () =>
  onStage(async ({ site, hub, open, sockets }) => {
    const client = await open({ acknowledges: true });
    await client.frames();
    const sent: string[] = [];
    const tellMany = () => {
      const before = site.sequence;
      for (let count = 0; count < 1_000; count++) {
        sent.push(`${sent.length}`);
        site.log(`${sent.length - 1}`);
      }
      return site.delivery(before);
    };
    let object = hub();
    for (let frame = 0; frame < 5; frame++) await object.deliver(tellMany());
    const first = await client.frames();
    expect(first.length).toBeLessThan(5);
    site.gate = new Promise(() => {});
    const cursor = first.at(-1)?.split(" ")[1]?.slice(0, -1);
    object.onMessage(sockets()[0] as WebSocket, JSON.stringify({ type: "ack", cursor }));
    site.gate = Promise.resolve();
    object = hub();
    await object.deliver(tellMany());
    const seen = [...first, ...(await client.frames())].flatMap((frame) => frame.split(" ").slice(2));
    expect(seen).toEqual(sent);
  }));

it("ST4 acknowledgements that are lost with the object's memory, again and again, hold no client back", () =>
  onStage(async ({ site, hub, open, sockets }) => {
    const client = await open({ acknowledges: true });
    await client.frames();
    const seen: string[] = [];
    for (let life = 0; life < 12; life++) {
      const before = site.sequence;
      for (let count = 0; count < 1_000; count++) site.log(`${before + count}`);
      const object = hub();
      await object.deliver(site.delivery(before));
      const frames = await client.frames();
      seen.push(...frames.flatMap((frame) => frame.split(" ").slice(2)));
      const cursor = frames.at(-1)?.split(" ")[1]?.slice(0, -1);
      object.onMessage(sockets()[0] as WebSocket, JSON.stringify({ type: "ack", cursor }));
    }
    expect(seen).toEqual(Array.from({ length: 12_000 }, (_, index) => `${index}`));
    expect(site.calls).toEqual(["join 1"]);
  }));

it("ST4 clients that lagged at the same position catch up by one read of the log", () =>
  onStage(async ({ site, hub, open, sockets }) => {
    const clients = [
      await open({ acknowledges: true }),
      await open({ acknowledges: true }),
      await open({ acknowledges: true }),
    ];
    const object = hub();
    const firsts = new Map<Client, string[]>();
    for (let frame = 0; frame < 8; frame++) {
      const before = site.sequence;
      for (let count = 0; count < 1_000; count++) site.log(`${before + count}`);
      await object.deliver(site.delivery(before));
    }
    for (const client of clients) firsts.set(client, await client.frames());
    site.calls.length = 0;
    for (const socket of sockets()) {
      const cursor = [...firsts.values()][0]?.at(-1)?.split(" ")[1]?.slice(0, -1);
      object.onMessage(socket, JSON.stringify({ type: "ack", cursor }));
    }
    for (const client of clients) {
      const seen = [...(firsts.get(client) ?? []), ...(await client.frames())].flatMap((frame) =>
        frame.split(" ").slice(2),
      );
      expect(seen).toEqual(Array.from({ length: 8_000 }, (_, index) => `${index}`));
    }
    expect(site.calls).toHaveLength(1);
  }));

it("ST4 one whose acknowledgement comes while the site is read for others catches up after that", () =>
  onStage(async ({ site, hub, open, sockets }) => {
    const [slow, quick] = [await open({ acknowledges: true }), await open({ acknowledges: true })];
    const object = hub();
    const [slowSocket, quickSocket] = sockets();
    const acknowledge = (socket: WebSocket | undefined, sequence: number) =>
      object.onMessage(socket as WebSocket, JSON.stringify({ type: "ack", cursor: `k-${sequence}` }));
    while ((await quick.frames()).length > 0 && site.sequence < 4_000) {
      const before = site.sequence;
      for (let count = 0; count < 1_000; count++) site.log(`${before + count}`);
      await object.deliver(site.delivery(before));
      acknowledge(quickSocket, site.sequence);
    }
    await slow.frames();
    const sent = site.sequence;
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    site.log("missed");
    site.gate = first.promise;
    const reading = object.deliver(site.delivery(site.sequence));
    await object.deliver(site.log("late"));
    site.gate = second.promise;
    first.resolve();
    await settled();
    acknowledge(slowSocket, sent);
    second.resolve();
    await reading;
    expect((await quick.frames()).flatMap((frame) => frame.split(" ").slice(2))).toEqual(["missed", "late"]);
    expect((await slow.frames()).flatMap((frame) => frame.split(" ").slice(2))).toEqual(["missed", "late"]);
  }));

const many = 1_000;
const openMany = (open: Stage["open"], infoOf: (index: number) => Partial<ConnectInfo> = () => ({})) =>
  Promise.all(Array.from({ length: many }, (_, index) => open(infoOf(index))));

it("SC2 a thousand clients that join at the same moment share two readings, for what the site was asked before", () =>
  onStage(async ({ site, open }) => {
    site.log("before");
    const clients = await openMany(open);
    expect(site.calls).toEqual(["join 1", "join 1"]);
    const frames = await Promise.all(clients.map((client) => client.inbox.text().then(short)));
    expect(new Set(frames)).toEqual(new Set(["snapshot k-1:"]));
  }));

it("SC2 a thousand clients that resume share calls, whatever their cursors and filters are", () =>
  onStage(async ({ site, hub, open }) => {
    for (let count = 0; count < 10; count++) site.log(`${count}`);
    hub();
    const queues = ["a", "b", "c"].map((queue) =>
      filterKey({ agents: "*", queues: [queue], summary: false, about: null }),
    );
    const clients = await openMany(open, (index) => ({
      since: { epoch: "k", sequence: index % 10 },
      filter: queues[index % 3] as string,
    }));
    // The first client alone, and then each filter with each cursor once.
    expect(site.calls).toEqual(["join 1", "join 30"]);
    for (const [index, client] of clients.entries()) {
      const missed = Array.from({ length: 10 - (index % 10) }, (_, offset) => (index % 10) + offset);
      expect(short(await client.inbox.text())).toBe(`events k-10: ${missed.join(" ")}`);
    }
  }));

it("SC2 what happens while a thousand join reaches each of them once, in order", () =>
  onStage(async ({ site, hub, open }) => {
    const gate = Promise.withResolvers<void>();
    site.gate = gate.promise;
    const object = hub();
    const opening = openMany(open);
    const events = Array.from({ length: 50 }, (_, index) => `${index}`);
    for (const event of events.slice(0, 20)) await object.deliver(site.log(event));
    gate.resolve();
    const clients = await opening;
    for (const event of events.slice(20)) await object.deliver(site.log(event));
    site.log("last");
    await object.deliver(site.delivery(site.sequence - 1));
    for (const client of clients) {
      const seen: string[] = [];
      let first = 0;
      while (seen.at(-1) !== "last") {
        const [what = "", ...names] = short(await client.inbox.text()).split(/[: ]+/);
        if (what === "snapshot") first = Number(names[0]?.split("-")[1]);
        else seen.push(...names.slice(1));
      }
      expect(seen).toEqual([...events, "last"].slice(first));
    }
    expect(site.calls.filter((call) => call.startsWith("join"))).toHaveLength(2);
  }));

it("SC2 what the site leaves out of its answer is asked for again", () =>
  onStage(async ({ site, open }) => {
    site.most = 7;
    const clients = await openMany(open, (index) => ({ since: { epoch: "k", sequence: -(index % 20) } }));
    expect(site.calls).toEqual(["join 1", "join 20", "join 13", "join 6"]);
    for (const client of clients) expect(short(await client.inbox.text())).toBe("events k-0:");
  }));

it("a holder that has its share is refused with words, and others who wait at the same moment are not", () =>
  onStage(async ({ site, hub, sockets }) => {
    site.refused = "greedy";
    const object = hub();
    const connect = (holder: string) => object.connect({ ...all, holder });
    const responses = await Promise.all(["greedy", "somebody", "greedy", "another"].map(connect));
    expect(responses.map(({ status }) => status)).toEqual([429, 101, 429, 101]);
    expect(await responses[0]?.text()).toBe("no more");
    expect(await object.deliver(site.log("a"))).toMatchObject({ clients: 2 });
    expect(sockets().length).toBeGreaterThanOrEqual(2);
  }));

it("a grant that has ended is noticed at the next delivery", () =>
  onStage(async ({ site, hub, open }) => {
    const expiresAt = Date.now() + 20;
    const [over, lasting] = [await open({ expiresAt }), await open()];
    await expect.poll(() => Date.now()).toBeGreaterThan(expiresAt);
    expect(await hub().deliver(site.log("a"))).toMatchObject({ clients: 1 });
    expect((await over.inbox.ended).reason).toBe("token_expired");
    expect(over.inbox.drain().map(short)).toEqual(["snapshot k-0:"]);
    expect(await lasting.frames()).toEqual(["snapshot k-0:", "events k-1: a"]);
  }));

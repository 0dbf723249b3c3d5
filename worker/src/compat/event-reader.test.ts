/**
 * The event reader over sockets whose other end is the test's: a broken socket is opened again at the last position.
 */
import type { Cursor, Filter } from "@pbxis/shared";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failed } from "../testing/events.ts";
import { Inbox } from "../testing/inbox.ts";
import { type EventReader, openEventReader } from "./event-reader.ts";
import { FrameTranslator } from "./translator.ts";

const filter = { agents: [], queues: [], summary: false, about: null } as const;
const translator = (requested: Filter = filter) =>
  new FrameTranslator(requested, () => Promise.reject(new Error("the members must not be read here")));
const at = (sequence: number): Cursor => ({ epoch: "k", sequence });
const snapshot = (sequence: number) =>
  JSON.stringify({ type: "snapshot", cursor: `k-${sequence}`, link: "up", asOf: 1, events: [] });
const frame = (sequence: number, ...ids: string[]): string =>
  JSON.stringify({ type: "events", cursor: `k-${sequence}`, events: ids.map((id) => failed(id)) });
const events = (from: number | null, sequence: number, isFirst: boolean, ...ids: string[]) => ({
  kind: "events",
  from: from === null ? null : at(from),
  at: at(sequence),
  isFirst,
  events: ids.map((actionId) => ({ type: "originateFailed", actionId })),
});

type Peer = Readonly<{ socket: WebSocket; inbox: Inbox }>;

/** Opens sockets as planned. A null in the plan, and every attempt after it, fails. */
function scripted(...plan: ("socket" | null)[]) {
  const attempts: (number | null)[] = [];
  const peers: Peer[] = [];
  const open = async (since: Cursor | null): Promise<WebSocket | null> => {
    attempts.push(since?.sequence ?? null);
    if (plan.shift() !== "socket") return null;
    const { 0: ours, 1: socket } = new WebSocketPair();
    peers.push({ socket, inbox: new Inbox(socket) });
    return ours;
  };
  const peer = async (index: number): Promise<Peer> => {
    await expect.poll(() => peers.length).toBeGreaterThan(index);
    const found = peers[index];
    if (!found) throw new Error("no such socket");
    return found;
  };
  return { attempts, open, peer };
}

let reader: EventReader | undefined;
afterEach(() => reader?.stop("left"));

describe("PX3 an event reader", () => {
  it("ST4 acknowledges a frame when the next one is read", async () => {
    const { open, peer } = scripted("socket");
    reader = openEventReader(open, translator(), at(1));
    const first = reader.next();
    const { socket, inbox } = await peer(0);
    socket.send(frame(2, "a"));
    expect(await first).toEqual(events(1, 2, true, "a"));
    expect(inbox.drain()).toEqual([]);
    const second = reader.next();
    expect(JSON.parse(await inbox.text())).toEqual({ type: "ack", cursor: "k-2" });
    socket.send(frame(3));
    expect(await second).toEqual(events(2, 3, false));
  });

  it("opens a broken stream again, after the last frame it returned", async () => {
    const { attempts, open, peer } = scripted("socket", "socket");
    reader = openEventReader(open, translator(), null);
    const first = reader.next();
    const one = await peer(0);
    one.socket.send(frame(5, "a"));
    await first;
    const second = reader.next();
    one.socket.close(4408, "resume_now");
    (await peer(1)).socket.send(frame(6, "b"));
    expect(await second).toEqual(events(5, 6, true, "b"));
    expect(attempts).toEqual([null, 5]);
  });

  it("an unreadable frame breaks the socket, and is requested again", async () => {
    const { attempts, open, peer } = scripted("socket", "socket");
    reader = openEventReader(open, translator(), at(1));
    const first = reader.next();
    (await peer(0)).socket.send('{"type":"events","cursor":"k-2","events":[{"type":"nonsense"}]}');
    (await peer(1)).socket.send(frame(2, "a"));
    expect(await first).toEqual(events(1, 2, true, "a"));
    expect(attempts).toEqual([1, 1]);
  });

  it.each<[string, Filter, Cursor | null, object]>([
    ["at the beginning, the states of all", { ...filter, queues: "*" }, null, { kind: "events", at: at(9) }],
    ["later, the end for all: it does not say what is gone", { ...filter, queues: "*" }, at(1), { reason: "over" }],
    ["later, the states of names: each is said", { ...filter, queues: ["q1"] }, at(1), { kind: "events", at: at(9) }],
  ])("PX2 a snapshot is, %s", async (_title, requested, since, expected) => {
    const { open, peer } = scripted("socket");
    reader = openEventReader(open, translator(requested), since);
    const first = reader.next();
    (await peer(0)).socket.send(snapshot(9));
    expect(await first).toMatchObject(expected);
  });

  it("PX3 a client that may have nothing gets a snapshot, and then what came after its position", async () => {
    const { attempts, open, peer } = scripted("socket", "socket", "socket");
    reader = openEventReader(open, translator({ ...filter, queues: "*" }), { ...at(5), isUnsure: true });
    const first = reader.next();
    (await peer(0)).socket.send(snapshot(9));
    expect(await first).toEqual(events(5, 5, true));
    const second = reader.next();
    (await peer(1)).socket.close(4408, "resume_now");
    (await peer(2)).socket.send(frame(9, "a"));
    expect(await second).toEqual(events(5, 9, true, "a"));
    expect(attempts).toEqual([null, 5, 5]);
  });

  it("PX3 a client that has received some occurrences after its position does not get them again", async () => {
    const { attempts, open, peer } = scripted("socket", "socket");
    const start = { ...at(5), received: 2 };
    reader = openEventReader(open, translator(), start);
    const first = reader.next();
    const one = await peer(0);
    one.socket.send(frame(6, "a"));
    expect(await first).toEqual({ kind: "events", events: [], from: start, at: start, isFirst: true });
    const second = reader.next();
    one.socket.close(4408, "resume_now");
    (await peer(1)).socket.send(frame(8, "a", "b", "c"));
    expect(await second).toEqual({ ...events(5, 8, true, "c"), from: start });
    expect(attempts).toEqual([5, 5]);
  });

  it("PX3 what such a client gets after a snapshot is new", async () => {
    const { open, peer } = scripted("socket");
    reader = openEventReader(open, translator(), { ...at(5), received: 2 });
    const first = reader.next();
    const { socket } = await peer(0);
    socket.send(snapshot(9));
    await first;
    const second = reader.next();
    socket.send(frame(10, "a"));
    expect(await second).toEqual(events(9, 10, false, "a"));
  });

  it("ends for good when its grant expires and when it is stopped", async () => {
    const { open, peer } = scripted("socket", "socket");
    reader = openEventReader(open, translator(), null);
    const ended = reader.next();
    (await peer(0)).socket.close(4401, "token_expired");
    expect(await ended).toEqual({ kind: "end", reason: "over" });
    expect(await reader.next()).toEqual({ kind: "end", reason: "over" });
    const other = openEventReader(open, translator(), null);
    const waiting = other.next();
    const { inbox } = await peer(1);
    other.stop("lost");
    expect(await waiting).toEqual({ kind: "end", reason: "lost" });
    expect(await inbox.ended).toMatchObject({ code: 1000 });
  });
});

describe("PX3 a site that cannot be reached", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it("is tried six times, and then the stream ends as broken", async () => {
    const { attempts, open } = scripted();
    const ended = openEventReader(open, translator(), null).next();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await ended).toEqual({ kind: "end", reason: "broken" });
    expect(attempts.length).toBe(6);
  });

  it("is not waited for after stop", async () => {
    const { attempts, open } = scripted();
    const stopped = openEventReader(open, translator(), null);
    const ended = stopped.next();
    await vi.advanceTimersByTimeAsync(600);
    stopped.stop("left");
    expect(await ended).toEqual({ kind: "end", reason: "left" });
    expect(attempts.length).toBe(2);
  });
});

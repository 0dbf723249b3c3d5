import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { closeCodes, filterKey, SitesFrame, SitesFrames } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { windowBytes } from "../scope/flow.ts";
import { channelRef } from "../scope/scope.ts";
import { get, openSse, openWebSocket, type SocketStream } from "../testing/client.ts";
import { count, failed } from "../testing/events.ts";
import { flood } from "../testing/inbox.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const upgrade = { upgrade: "websocket" };
const lists = { agents: ["*"], queues: ["*"] };
const claimsFor = (...sites: readonly string[]): TestClaims => ({
  sites: Object.fromEntries(sites.map((site) => [site, lists])),
});
const pathOf = (sites: readonly string[], more = "") => `/v1/events?sites=${sites}&agents=*&queues=*${more}`;

type Sites = Readonly<{ next: () => Promise<SitesFrame>; socket: SocketStream }>;

async function open(sites: readonly string[], more = "", claims = claimsFor(...sites)): Promise<Sites> {
  const socket = await openWebSocket(pathOf(sites, more), claims);
  return { socket, next: async () => SitesFrame.parse(JSON.parse(await socket.inbox.text())) };
}

async function poll(path: string, claims: TestClaims): Promise<SitesFrames> {
  return SitesFrames.parse(await (await get(path, { claims })).json());
}

const refused = async (response: Response) => {
  const { error } = await response.json<{ error: { code: string } & Record<string, unknown> }>();
  return [response.status, error.code, error.sites ?? error.queues ?? null];
};

const statusOf = async (response: Response) => (await refused(response)).slice(0, 2);

/** Reads until the frame `last` of each site, by the `actionId` of its last event, and returns what came of each. */
async function readUntil(next: () => Promise<SitesFrame>, last: string, sites: readonly string[], all = sites) {
  const bySite: Record<string, SitesFrame[]> = Object.fromEntries(all.map((site) => [site, []]));
  for (const open = new Set(sites); open.size > 0; ) {
    const frame = await next();
    bySite[frame.site]?.push(frame);
    if (frame.type !== "link" && JSON.stringify(frame.events.at(-1)).includes(`"${last}"`)) open.delete(frame.site);
  }
  return bySite;
}

/** Closes all sockets of the object that serves a site's stream, as a restart of it does. */
async function breakStream(site: string): Promise<void> {
  const filter = { agents: "*", queues: "*", summary: false, about: null } as const;
  const stub = env.CHANNEL.getByName((await channelRef(site, filterKey(filter))).name);
  await runInDurableObject(stub, (_object, state) => {
    for (const socket of state.getWebSockets()) socket.close(closeCodes.unavailable.code, "unavailable");
  });
}

describe("AP15: one stream of several sites", () => {
  it("has the frames of each site's own stream, in the site's order, on every transport", async () => {
    const sites = ["a-one", "a-two"];
    const uplinks = await Promise.all(sites.map((site) => TestUplink.start(site, [count("support", 1)])));
    const claims = claimsFor(...sites);
    const single = await Promise.all(
      sites.map((site) => openWebSocket(`/v1/sites/${site}/events?agents=*&queues=*`, claims)),
    );
    const socket = await open(sites);
    const sse = await openSse(pathOf(sites), claims);
    for (const uplink of uplinks) {
      await uplink.events(failed("a"), count("support", 2));
      await uplink.link("down");
      await uplink.events(failed("end"));
    }
    const own: Record<string, unknown[]> = {};
    for (const [index, site] of sites.entries()) {
      const frames: unknown[] = [];
      while (!JSON.stringify(frames.at(-1) ?? null).includes('"end"'))
        frames.push({ ...JSON.parse((await single[index]?.inbox.text()) ?? ""), site });
      own[site] = frames;
    }
    expect(await readUntil(socket.next, "end", sites)).toEqual(own);
    const last = Object.values(own).map((frames) => (frames.at(-1) as SitesFrame).cursor);
    let id = "";
    while (!sites.every((site, index) => id.includes(`${site}:${last[index]}`))) ({ id } = await sse.nextMessage());
    const polled = await poll(pathOf(sites), claims);
    expect(polled.frames.map(({ site, type }) => [site, type])).toEqual(sites.map((site) => [site, "snapshot"]));
    expect(polled.cursor).toBe(id);
    expect(await poll(pathOf(sites, `&since=${id}&wait=0`), claims)).toEqual({
      cursor: id,
      frames: sites.map((site) => expect.objectContaining({ type: "link", link: "down", site })),
    });
    await Promise.all([sse.close(), socket.socket.close(), ...single.map((one) => one.close())]);
  });

  it("ST1 resumes at each site: missed events and the link, or a snapshot after a new epoch and of a new site", async () => {
    const sites = ["b-same", "b-anew", "b-more"];
    const [same, anew] = await Promise.all(sites.map((site) => TestUplink.start(site, [])));
    const before = await open(sites.slice(0, 2));
    const cursors = [await before.next(), await before.next()].map(({ site, cursor }) => `${site}:${cursor}`);
    before.socket.close();
    await same?.events(failed("missed"));
    await anew?.snapshot([], 1);
    const { socket, next } = await open(sites, `&since=${cursors}`, claimsFor(...sites));
    const frames = [await next(), await next(), await next(), await next()].map((frame) => [
      frame.site,
      frame.type,
      frame.type === "link" ? frame.link : frame.events.length,
    ]);
    expect(frames.sort()).toEqual([
      ["b-anew", "snapshot", 0],
      ["b-more", "snapshot", 0],
      ["b-same", "events", 1],
      ["b-same", "link", "up"],
    ]);
    socket.close();
  });

  it("goes on at the others, and without loss at one whose own stream breaks", async () => {
    const sites = ["c-one", "c-two"];
    const [one, two] = await Promise.all(sites.map((site) => TestUplink.start(site, [])));
    const { socket, next } = await open(sites);
    await next();
    await next();
    await breakStream("c-one");
    await one?.events(failed("while it is broken"));
    await two?.events(failed("end"));
    expect(await readUntil(next, "end", ["c-two"])).toMatchObject({ "c-two": [{ type: "events" }] });
    const { "c-one": frames = [] } = await readUntil(next, "while it is broken", ["c-one"]);
    expect(frames.map(({ type }) => type)).not.toContain("snapshot");
    two?.close();
    expect(await next()).toMatchObject({ site: "c-two", type: "link", link: "offline" });
    socket.close();
  });

  it("ST4 a site whose window is full waits for its own acknowledgement, and the other goes on", async () => {
    const sites = ["d-full", "d-free"];
    const [full, free] = await Promise.all(sites.map((site) => TestUplink.start(site, [])));
    const { socket, next } = await open(sites);
    const ack = ({ site, cursor }: SitesFrame) => socket.send(JSON.stringify({ type: "ack", site, cursor }));
    ack(await next());
    ack(await next());
    const batch = Array.from({ length: 300 }, (_, index) => failed(`${"x".repeat(150)}${index}`));
    const batchBytes = JSON.stringify(batch).length;
    const rounds = Math.ceil(windowBytes / batchBytes) + 3;
    for (let round = 0; round < rounds; round++) await full?.events(...batch);
    await full?.events(failed("end"));
    const frames: SitesFrame[] = [];
    const bytes = () => frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    while (bytes() < windowBytes) frames.push(await next());
    await free?.events(failed("goes on"));
    const { "d-full": more = [], "d-free": others } = await readUntil(next, "goes on", ["d-free"], sites);
    expect(others).toHaveLength(1);
    frames.push(...more);
    expect(bytes()).toBeLessThan(windowBytes + 2 * batchBytes);
    const cursors = [...frames.slice(-1), ...(others ?? [])].map(({ site, cursor }) => `${site}:${cursor}`);
    socket.send(JSON.stringify({ type: "ack", cursor: cursors.join(",") }));
    const { "d-full": rest = [] } = await readUntil(next, "end", ["d-full"]);
    const all = [...frames, ...rest].flatMap((frame) => (frame.type === "link" ? [] : frame.events));
    expect(all).toHaveLength(rounds * batch.length + 1);
    socket.close();
  });

  it.each([
    ["of a site that it does not have", { type: "ack", site: "e-not", cursor: "k-1" }],
    ["of one site without its name", { type: "ack", cursor: "k-1" }],
    ["of another kind", { type: "subscribe" }],
  ])("a frame %s is bad", async (_title, frame) => {
    await TestUplink.start("e-bad", []);
    const { socket } = await open(["e-bad"]);
    socket.send(JSON.stringify(frame));
    expect(await socket.ended).toMatchObject({ code: closeCodes.bad_frame.code });
  });

  it("answers ping, and closes a client that sends too much", async () => {
    await TestUplink.start("f-ping", []);
    const { socket, next } = await open(["f-ping"]);
    await next();
    socket.send("ping");
    expect(await socket.inbox.text()).toBe("pong");
    const ended = flood(() => socket.send("ping"), socket.ended);
    expect(await ended).toMatchObject({ code: closeCodes.too_fast.code });
  });
});

describe("AP15: grants", () => {
  const claims: TestClaims = {
    sites: { "g-one": lists, "g-two": { agents: [], queues: ["sales"] } },
    jti: "several",
  };
  const manyAgents = Array.from({ length: 150 }, (_, index) => `g-one/${"x".repeat(100)}${index}`);

  it.each([
    ["/v1/events", 400, "bad_request", null],
    ["/v1/events?sites=g-one,g-three,g-four", 403, "forbidden", ["g-three", "g-four"]],
    ["/v1/events?sites=g-one,g-two&queues=support", 403, "forbidden", ["g-two/support"]],
    ["/v1/events?sites=g-one,g-two&queues=*&callers=1", 403, "forbidden", ["g-one", "g-two"]],
    [`/v1/events?sites=${Array.from({ length: 51 }, (_, index) => `g${index}`)}`, 413, "too_large", null],
    ["/v1/events?sites=g-one&since=g-two:k-1", 400, "bad_request", null],
    [`/v1/events?sites=g-one,g-two&agents=${manyAgents}&queues=sales`, 413, "too_large", ["g-one"]],
    ["/v1/sites/g-three/state", 403, "forbidden", ["g-three"]],
  ])("%s: %i %s", async (path, status, code, details) => {
    expect(await refused(await get(path, { claims }))).toEqual([status, code, details]);
  });

  it("no token is 401, and neither a connector's nor an admin's is a client's", async () => {
    expect(await statusOf(await get("/v1/events?sites=hq", { claims: null }))).toEqual([401, "unauthorized"]);
    for (const role of ["connector", "admin"])
      expect(await statusOf(await get("/v1/events?sites=hq", { claims: { role } }))).toEqual([403, "forbidden"]);
  });

  it("such a token works on the paths of each of its sites, with that site's grant", async () => {
    expect((await get("/v1/sites/g-one/state?queues=support", { claims })).status).toBe(200);
    expect(await statusOf(await get("/v1/sites/g-two/state?queues=support", { claims }))).toEqual([403, "forbidden"]);
    expect((await get("/v1/events?sites=hq,g-one&wait=0", { claims: { site: ["hq", "g-one"] } })).status).toBe(200);
  });

  const ticketFor = async (body: object) => {
    const token = await signToken(claims);
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return exports.default.fetch("https://edge.test/v1/tickets", {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
  };

  it("AP6 a ticket opens one stream of its sites, with what was granted to it, and no other", async () => {
    await TestUplink.start("g-one", [count("support", 1), count("sales", 1)]);
    const answer = await ticketFor({ sites: ["g-one", "g-two"], queues: ["sales"] });
    const { ticket } = await answer.json<{ ticket: string }>();
    const path = `/v1/events?sites=g-one,g-two&queues=*&ticket=${ticket}`;
    const { frames } = SitesFrames.parse(await (await get(path, { claims: null })).json());
    const [own] = frames.filter(({ site }) => site === "g-one");
    expect(own?.type === "snapshot" && own.events.map((event) => "queue" in event && event.queue)).toEqual(["sales"]);
    expect(await statusOf(await get(path, { claims: null }))).toEqual([401, "ticket_used"]);
    const single = await ticketFor({ sites: ["g-one"] });
    const { ticket: other } = await single.json<{ ticket: string }>();
    const atSite = await get(`/v1/sites/g-one/events?ticket=${other}`, { claims: null });
    expect(await statusOf(atSite)).toEqual([401, "unauthorized"]);
    const third = await (await ticketFor({ sites: ["g-one"] })).json<{ ticket: string }>();
    const atNoSite = await get(`/v1/sites/*/events?ticket=${third.ticket}`, { claims: null });
    expect(await statusOf(atNoSite)).toEqual([401, "unauthorized"]);
    expect((await ticketFor({ sites: ["g-one", "g-three"] })).status).toBe(403);
    expect((await ticketFor({ queues: ["sales"] })).status).toBe(400);
  });

  it("AP17 a token that one of the sites has revoked ends the stream, and opens none", async () => {
    await Promise.all(["g-one", "g-two"].map((site) => TestUplink.start(site, [], "c9", 9_000)));
    const { socket, next } = await open(["g-one", "g-two"], "", { ...claims, sub: "somebody" });
    await next();
    await next();
    const admin = await signToken({ site: "g-one", role: "admin" });
    const headers = { authorization: `Bearer ${admin}`, "content-type": "application/json" };
    const body = JSON.stringify({ jti: "several" });
    await exports.default.fetch("https://edge.test/v1/sites/g-one/revocations", { method: "POST", headers, body });
    expect(await socket.ended).toMatchObject({ code: closeCodes.token_expired.code });
    const again = await get(pathOf(["g-two", "g-one"]), { claims, headers: upgrade });
    expect(await refused(again)).toEqual([401, "unauthorized", ["g-one"]]);
    expect(await statusOf(await ticketFor({ sites: ["g-one"] }))).toEqual([401, "unauthorized"]);
    expect((await ticketFor({ sites: ["g-two"], queues: ["sales"], agents: [] })).status).toBe(200);
  });
});

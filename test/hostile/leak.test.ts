/**
 * Isolation of sites: two sites with live traffic, whose events all contain the site's mark. Nothing that a client or
 * connector of one site receives, on any path and after any request, may contain the other site's mark.
 */
import { AgentId, noCall, type SiteEvent, type UplinkCommand } from "@pbxis/shared";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openRawSocket, type RawSocket, sendRequest } from "../harness/raw-client.ts";
import { complete, count, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const sites = ["red", "blue"] as const;
type Name = (typeof sites)[number];
const marks: Readonly<Record<Name, string>> = { red: "MARKOFRED7d1f", blue: "MARKOFBLUEa94c" };
const otherOf = (site: Name): Name => (site === "red" ? "blue" : "red");

let edge: Edge;
const connectors = new Map<Name, ScriptedConnector>();
const commands: Record<Name, UplinkCommand[]> = { red: [], blue: [] };
/** Everything that clients of a site received, by what they requested. */
const received: Record<Name, Map<string, string>> = { red: new Map(), blue: new Map() };
const record = (site: Name, what: string, text: string) =>
  received[site].set(what, (received[site].get(what) ?? "") + text);

/** Events of every type, with the mark in every text field. */
function eventsOf(mark: string): SiteEvent[] {
  const agent = AgentId.parse(mark);
  const queue = count(mark, 1);
  const inQueue = queue.type === "queueCount" ? queue.queue : null;
  if (!inQueue) throw new Error("a count has a queue");
  const space = { parkingLot: mark, parkingSpace: mark };
  const parking = { channel: `PJSIP/${mark}`, callerId: mark, parkingSpace: mark, at: 1 };
  return [
    { type: "agentName", agent, name: mark, at: 1 },
    { type: "extensionStatus", agent, status: "inuse", at: 1 },
    {
      ...noCall,
      type: "phoneNumber",
      agent,
      number: mark,
      name: mark,
      queueName: inQueue,
      callId: mark,
      uniqueId: mark,
      consulting: mark,
      at: 1,
    },
    {
      type: "queueMemberStatus",
      agent,
      queue: inQueue,
      status: "paused",
      deviceStatus: "inuse",
      pausedReason: mark,
      penalty: 0,
      wrapUpUntil: null,
      since: 1,
      at: 1,
    },
    { type: "originateFailed", actionId: mark, reason: "busy", at: 1 },
    { type: "parkedCall", ...parking },
    { type: "parkedCallState", ...space, channel: `PJSIP/${mark}`, callerId: mark, since: 1, at: 1 },
    { type: "unParkedCall", ...parking },
  ];
}

beforeAll(async () => {
  edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "red", PBXIS_COMPAT_TOKEN: "required" } });
  for (const site of sites)
    connectors.set(
      site,
      await startScriptedConnector({
        url: edge.url,
        site,
        counts: [count(marks[site], 1)],
        states: eventsOf(marks[site]).slice(0, 4),
        onCommand: (command) => {
          commands[site].push(command);
          const error = { code: "asterisk_refused", message: `refused by ${marks[site]}` } as const;
          connectors.get(site)?.reply(command.id, { status: "failed", error });
        },
      }),
    );
  for (const site of sites)
    await until(`${site} to be up`, async () => {
      const { text } = await sendRequest(edge.url, `/v1/sites/${site}`, { headers: await bearer(site) });
      return text.includes('"link":"up"');
    });
});
afterAll(async () => {
  for (const connector of connectors.values()) await connector.stop();
  await edge.stop();
});

const bearer = async (site: Name | Name[], options: Parameters<typeof mintToken>[0] = {}) => ({
  authorization: `Bearer ${await mintToken({ site, ...options })}`,
});

function streamsOf(site: Name): readonly string[] {
  const other = marks[otherOf(site)];
  return [
    "/events?agents=*&queues=*&summary=1",
    "/events?queues=*&since=x-1",
    "/events?queues=*&since=a-999999999999999",
    `/events?queues=${other}&agents=${other}`,
    `/events?queues=*,${other}&agents=*,${other}`,
    `/queues/${other}/events`,
    `/agents/${other}/events`,
    `/queues/${marks[site]}/events`,
    `/agents/${marks[site]}/events`,
    `/queues/..%2f..%2f${otherOf(site)}%2f${other}/events`,
    `/queues/${encodeURIComponent(`${otherOf(site)}/${other}`)}/events`,
  ];
}

/**
 * A client that subscribes to an unknown agent and queue receives them as logged off (EV12), which repeats the client's
 * own words. Removes such events, unless another field contains the mark.
 */
function withoutRepeatedNames(frame: string, mark: string): string {
  const parsed: { events?: SiteEvent[] } = JSON.parse(frame);
  const events = parsed.events?.filter((event) => {
    if (event.type !== "queueMemberStatus" || event.status !== "loggedoff") return true;
    const { agent, queue, ...rest } = event;
    return agent !== mark || queue !== mark || JSON.stringify(rest).includes(mark);
  });
  return JSON.stringify({ ...parsed, events });
}

/** Requests of a client with headers that the worker uses internally, or that name the other site. */
async function innerHeaders(site: Name): Promise<Record<string, string>[]> {
  const own = await bearer(site);
  const other = otherOf(site);
  const connect = Buffer.from(
    JSON.stringify({ filter: '["*","*",true,null,false]', since: null, expiresAt: null, acknowledges: true }),
  ).toString("base64");
  return [
    { ...own, "x-pbxis-site": other },
    { ...own, "x-pbxis-connect": connect, "x-pbxis-site": other },
    { ...own, host: `${other}.example` },
    {
      ...own,
      "x-forwarded-host": other,
      "x-original-url": `/v1/sites/${other}/state?queues=*`,
      "x-rewrite-url": `/v1/sites/${other}`,
    },
    { ...own, "x-http-method-override": "POST", forwarded: `host=${other}` },
    { ...own, "last-event-id": "a-1", accept: "application/json" },
  ];
}

async function openStreams(site: Name): Promise<RawSocket[]> {
  const open: RawSocket[] = [];
  for (const path of streamsOf(site))
    for (const headers of [await bearer(site), { ...(await bearer(site)), "x-pbxis-site": otherOf(site) }])
      open.push(await openRawSocket(edge.url, `/v1/sites/${site}${path}`, headers));
  return open;
}

async function sendForeignRequests(site: Name): Promise<void> {
  const other = otherOf(site);
  const own = await bearer(site);
  const paths = [
    `/v1/sites/${other}`,
    `/v1/sites/${other}/state?queues=*&agents=*`,
    `/v1/sites/${other}/events?queues=*`,
    `/v1/sites/${other}/queues/${marks[other].toLowerCase()}/events`,
    `/v1/sites/${other}/commands/x`,
    `/v1/sites/${other}/counters`,
    `/v1/sites/${site}%2f..%2f${other}/state?queues=*`,
    `/v1/sites/${site}/../${other}/state?queues=*`,
    `/v1/sites/${site}%00${other}/state?queues=*`,
    `/v1/sites/${other}%20/state?queues=*`,
    `/v1/sites/${other.toUpperCase()}/state?queues=*`,
    `/v1/sites/${site},${other}/state?queues=*`,
    `/v1/sites/${site}/state?queues=*&site=${other}`,
    `/v1/sites/${site}/state?queues=*&agents=*&summary=1`,
    `/v1/sites/${site}/events?queues=*&wait=0&since=x-1`,
    `http://${other}.example/v1/sites/${site}/state?queues=*`,
  ];
  for (const path of paths) {
    const { headers, text, status } = await sendRequest(edge.url, path, { headers: own });
    record(site, path, headers + text);
    if (path.startsWith(`/v1/sites/${other}`)) expect([path, [400, 403, 404].includes(status)]).toEqual([path, true]);
  }
  for (const headers of await innerHeaders(site))
    for (const path of ["", "/state?queues=*&agents=*", "/events?queues=*&agents=*"]) {
      const answer = await sendRequest(edge.url, `/v1/sites/${site}${path}`, { headers });
      record(site, `${path} with ${Object.keys(headers).join()}`, answer.headers + answer.text);
    }
}

/** Sends commands that fail with the site's mark in the message. Both sites use the same idempotency keys. */
async function command(site: Name): Promise<void> {
  const other = otherOf(site);
  const headers = { ...(await bearer(site)), "content-type": "application/json" };
  const bodies = [
    { type: "queueReset" },
    { type: "queueReset", queue: "lobby" },
    { type: "hangup", agent: "1001" },
    { type: "originate", agent: "1001", to: "1002" },
  ];
  for (const [index, body] of bodies.entries()) {
    const sent = { method: "POST", headers: { ...headers, "idempotency-key": `key-${index}` } };
    const own = await sendRequest(edge.url, `/v1/sites/${site}/commands`, { ...sent, body: JSON.stringify(body) });
    record(site, `command ${body.type}`, own.headers + own.text);
    const theirs = await sendRequest(edge.url, `/v1/sites/${other}/commands`, { ...sent, body: JSON.stringify(body) });
    expect(theirs.status).toBe(403);
    record(site, `command ${body.type} to the other`, theirs.headers + theirs.text);
    for (const { id } of commands[other]) {
      const response = await sendRequest(edge.url, `/v1/sites/${site}/commands/${id}`, { headers });
      expect(response.status).toBe(404);
      record(site, "a command of the other", response.headers + response.text);
    }
  }
}

it("nothing of one site reaches a client or connector of the other", async () => {
  const open = new Map<Name, RawSocket[]>();
  for (const site of sites) open.set(site, await openStreams(site));
  for (let round = 0; round < 15; round++)
    for (const site of sites) {
      const mark = marks[site];
      connectors.get(site)?.push([count(mark, round + 2), complete(`${mark}-${round}`), ...eventsOf(mark).slice(4)]);
    }
  for (const site of sites) {
    await sendForeignRequests(site);
    await command(site);
  }
  // pbxis-ws serves one site only.
  const made = await sendRequest(edge.url, "/ticket", {
    method: "POST",
    headers: { ...(await bearer("red")), "content-type": "application/json" },
    body: '{"queues":"*","agents":"*","summaryEvents":true}',
  });
  const compat = await openRawSocket(edge.url, `/${JSON.parse(made.text)}/websocket`, {});
  const refused = await sendRequest(edge.url, "/queue/status", { headers: await bearer("blue") });
  expect(refused.status).toBe(403);
  record("blue", "pbxis-ws", refused.headers + refused.text);
  for (const site of sites) connectors.get(site)?.push([complete(`${marks[site]}-last`)]);
  for (const site of sites)
    await until(`${site} to have received its last event`, () => {
      const [all] = open.get(site) ?? [];
      return all?.received.some((frame) => frame.includes(`${marks[site]}-last`));
    });
  await until("pbxis-ws's client to have received an event", () =>
    compat.received.some((event) => event.includes(marks.red)),
  );
  record("red", "pbxis-ws", compat.received.join("\n"));
  compat.close();
  for (const site of sites) {
    const mark = marks[otherOf(site)];
    open.get(site)?.forEach((raw, index) => {
      const path = streamsOf(site)[Math.floor(index / 2)] ?? "";
      record(site, path, raw.received.map((frame) => withoutRepeatedNames(frame, mark)).join("\n"));
      raw.close();
    });
    expect(received[site].size).toBeGreaterThan(30);
    for (const [what, text] of received[site])
      expect(
        text.includes(mark),
        `${site} requested ${what} and received ${text.slice(text.indexOf(mark) - 200).slice(0, 400)}`,
      ).toBe(false);
    expect([...received[site].values()].join("")).toContain(marks[site]);
    expect(JSON.stringify(commands[site])).not.toContain(mark);
    expect(connectors.get(site)?.lines.join("\n")).not.toContain(mark);
    // Only its own commands, although the other site's have the same keys.
    expect(commands[site]).toHaveLength(4);
  }
});

it("a token for both sites opens each, but never both at once", async () => {
  const headers = await bearer(["red", "blue"]);
  for (const site of sites) {
    const { status, text } = await sendRequest(edge.url, `/v1/sites/${site}/state?queues=*&agents=*`, { headers });
    expect(status).toBe(200);
    expect(text).toContain(marks[site]);
    expect(text).not.toContain(marks[otherOf(site)]);
  }
});

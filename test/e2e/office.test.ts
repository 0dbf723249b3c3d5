/**
 * Random commands on a simulated PBX, observed through the whole chain by a remote client, which must finally show the
 * actual state of the PBX. The seed determines the commands, but not their timing against the network. Seeds that have
 * failed stay in the list.
 */
import type { SiteEvent } from "@pbxis/shared";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { createRandom } from "../harness/random.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { type Command, createPbx, type Pbx } from "../pbx/core.ts";
import { type PbxServer, startServer } from "../pbx/manager/server.ts";
import type { Truth } from "../pbx/truth.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const account = { username: "pbxis", secret: "secret" };
const agents = ["1001", "1002", "1003", "1004"].map((id) => ({ id, name: `Agent ${id}` }));
const queues = [
  { name: "support", exten: "5001", strategy: "ringall", monitor: null, members: ["1001", "1002"] },
  { name: "sales", exten: "5002", strategy: "rrmemory", monitor: null, members: ["1002", "1003"] },
] as const;

let edge: Edge;
let uplink: FaultProxy;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  edge = await startEdge();
  uplink = await startFaultProxy(Number(edge.url.port));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(async () => {
  await uplink?.stop();
  await edge?.stop();
});

type Office = Readonly<{ pbx: Pbx; server: PbxServer; client: Client; connector: ConnectorProcess }>;

async function open(site: string): Promise<Office> {
  const pbx = createPbx(queues, agents, Date.now());
  const server = await startServer({ host: "127.0.0.1", port: 0, account, pbx });
  closing.push(server.stop);
  const edgeUrl = new URL(`http://127.0.0.1:${uplink.port}/`);
  const connector = await startConnector({ edgeUrl, site, ami: { port: server.port, ...account } });
  closing.push(() => connector.kill());
  const client = openWebSocket({ url: edge.url, token: await mintToken({ site }), site, agents: ["*"], queues: ["*"] });
  closing.push(client.close);
  await until("the first states", () => client.record.link === "up", { evidence: () => connector.output() });
  return { pbx, server, client, connector };
}

/** A client's states in the form of the PBX's actual state. */
function viewOf(states: ReadonlyMap<string, SiteEvent>, truth: Truth): Truth {
  const waiting = (queue: string) => get("queueCount", queue)?.count ?? 0;
  const get = <Type extends SiteEvent["type"]>(type: Type, ...names: string[]) =>
    states.get([type, ...names].join(",")) as Extract<SiteEvent, { type: Type }> | undefined;
  const members = (queue: string) =>
    [...states.values()].flatMap((event) => {
      if (event.type !== "queueMemberStatus" || event.queue !== queue) return [];
      const reason = event.pausedReason ?? "";
      return [[event.agent, { paused: event.status === "paused", reason, penalty: event.penalty ?? 0 }] as const];
    });
  return {
    queues: Object.fromEntries(
      // No client here asks for the lists of callers.
      Object.entries(truth.queues).map(([queue, { callers }]) => [
        queue,
        { waiting: waiting(queue), callers, members: Object.fromEntries(members(queue)) },
      ]),
    ),
    agents: Object.fromEntries(
      Object.keys(truth.agents).map((agent) => [
        agent,
        {
          status: get("extensionStatus", agent)?.status ?? "unavailable",
          number: get("phoneNumber", agent)?.number ?? null,
          recording: get("phoneNumber", agent)?.recording ?? null,
          supervises: get("supervision", agent)?.agentSupervised ?? null,
        },
      ]),
    ),
    parked: Object.fromEntries(
      [...states.values()].flatMap((event) =>
        event.type === "parkedCallState" ? [[event.parkingSpace, event.callerId ?? ""] as const] : [],
      ),
    ),
  };
}

async function settles({ pbx, client, connector }: Office): Promise<void> {
  const difference = () => {
    const truth = pbx.truth();
    const view = viewOf(client.record.states, truth);
    return JSON.stringify(sorted(view)) === JSON.stringify(sorted(truth)) ? null : { view, truth };
  };
  await until("the client to show the actual state", () => client.record.link === "up" && difference() === null, {
    evidence: () => [difference(), client.record.link, connector.output().slice(-2_000)],
  });
  expect(client.record.violations).toEqual([]);
}

/** Sorts all keys, so that equal values have equal JSON. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}

type Day = Readonly<{
  seed: number;
  /** Whether agents hold calls. A hold during a loss of AMI cannot be seen afterwards, because no list contains it. */
  holds: boolean;
  /** The number of commands between two faults. */
  interval: number;
  fault: (office: Office) => void;
  /**
   * Whether clients see the link go down for each fault. If so, commands continue while it is down and then wait until
   * it is up again.
   */
  isPublished: boolean;
}>;

function commandOf(random: () => number, serial: number, holds: boolean): Command {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const agent = pick(agents).id;
  const queue = pick(queues).name;
  return pick<Command>([
    { kind: "call", queue, number: `555${serial}`, name: `Caller ${serial}` },
    { kind: "answer", agent },
    { kind: "answer", agent },
    { kind: "hangup", agent },
    { kind: "hangup", agent },
    { kind: holds ? pick(["hold", "unhold", "decline"]) : "decline", agent },
    { kind: "direct", agent, to: pick(agents).id },
    { kind: pick(["register", "unregister"]), agent },
    pick<Command>([
      { kind: "pause", agent, queue, reason: "lunch" },
      { kind: "unpause", agent, queue },
    ]),
    pick<Command>([
      { kind: "add", agent, queue, penalty: 1 },
      { kind: "remove", agent, queue },
    ]),
  ]);
}

async function play(office: Office, { seed, holds, interval, fault, isPublished }: Day): Promise<void> {
  const random = createRandom(seed);
  const before = linksOf(office.client).length;
  const losses = () =>
    linksOf(office.client)
      .slice(before)
      .filter((link) => link === "down").length;
  let faults = 0;
  for (let serial = 0; serial < 300; serial++) {
    office.server.run(commandOf(random, serial, holds));
    if (serial % interval === 30) {
      faults += 1;
      fault(office);
    }
    if (isPublished && serial % interval === 50)
      await until("the link is back", () => losses() === faults && office.client.record.link === "up", {
        evidence: () => [linksOf(office.client), office.connector.output()],
      });
    // Only spreads the commands over time; nothing depends on how long it takes.
    if (serial % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const linksOf = ({ record }: Client) => record.frames.flatMap((frame) => (frame.type === "link" ? [frame.link] : []));

it.each([1, 2, 3])(
  "EV11 seed %i: with an uplink that is cut, the states are right and each completed call is delivered once",
  async (seed) => {
    const office = await open(`uplink${seed}`);
    await play(office, { seed, holds: true, interval: 60, fault: () => uplink.cut("accept"), isPublished: false });
    await settles(office);
    const completed = [...office.pbx.state.queues.values()].reduce((sum, queue) => sum + queue.completed, 0);
    const delivered = () =>
      office.client.record.occurrences.flatMap((event) => (event.type === "agentComplete" ? [event.uniqueId] : []));
    await until("every completed call", () => delivered().length >= completed, { evidence: delivered });
    expect(completed).toBeGreaterThan(5);
    expect(new Set(delivered()).size).toBe(delivered().length);
    expect(delivered().length).toBe(completed);
  },
);

it.each([11, 12])("ST3 seed %i: after losses of AMI the states are right", async (seed) => {
  const office = await open(`ami${seed}`);
  const fault = ({ server }: Office) => server.cutConnections();
  await play(office, { seed, holds: false, interval: 150, fault, isPublished: true });
  await settles(office);
});

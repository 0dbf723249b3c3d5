/** The typed client against the real worker, over a network with faults. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, promisify } from "node:util";
import { type Outcome, outcomeUnknown, type SiteEvent, type UplinkCommand } from "@pbxis/shared";
import { connectSite, SiteError, type SubscribedSite, type Subscription } from "@pbxis/shared/client";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { complete, count, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";
import { startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: EvictableEdge;
/** Between the clients and the worker. */
let network: FaultProxy;
let url: string;

beforeAll(async () => {
  edge = await startEvictableEdge();
  network = await startFaultProxy(Number(edge.url.port));
  url = `http://127.0.0.1:${network.port}`;
});

afterAll(async () => {
  await network?.stop();
  await edge?.stop();
});

type Watched = SubscribedSite & Readonly<{ occurred: SiteEvent[]; gaps: () => number; links: string[] }>;

type Hq = Awaited<ReturnType<typeof connectTo>>;

async function connectTo(site: string, transport: "websocket" | "sse" = "websocket", claims = {}) {
  return connectSite({ url, site, transport, token: () => mintToken({ site, ...claims }) });
}

function watch(hq: Hq, subscription: Subscription = { agents: "*", queues: "*" }): Watched {
  const occurred: SiteEvent[] = [];
  const links: string[] = [];
  let gaps = 0;
  const subscribed = hq.subscribe(subscription, {
    onOccurrence: (event) => occurred.push(event),
    onLink: (link) => links.push(link),
    onGap: () => {
      gaps += 1;
    },
  });
  return { ...subscribed, occurred, links, gaps: () => gaps };
}

const waiting = ({ state }: SubscribedSite) => state.queue("support")?.count;
const ids = ({ occurred }: Watched) => occurred.map((event) => ("uniqueId" in event ? event.uniqueId : event.type));

describe.each(["websocket", "sse"] as const)("over %s", (transport) => {
  it("ST1, EV11 mirrors the state and resumes after cuts without lost or repeated occurrences", async () => {
    const site = `client-${transport}`;
    const connector = await startScriptedConnector({ url: edge.url, site });
    const watched = watch(await connectTo(site, transport));
    const evidence = () => [watched.status(), watched.link(), watched.state.events(), watched.occurred];
    await until("the first state", () => waiting(watched) === 0, { evidence });
    connector.push([complete("one"), count("support", 1)]);
    await until("the first call", () => ids(watched).length === 1 && waiting(watched) === 1, { evidence });
    network.cut("refuse");
    await until("the cut to be noticed", () => watched.status().kind !== "live", { evidence });
    connector.push([complete("two"), count("support", 2)]);
    network.accept();
    await until("what was missed", () => ids(watched).length === 2, { evidence });
    network.cut("accept");
    connector.push([complete("three"), count("support", 3)]);
    await until("what is new", () => waiting(watched) === 3, { evidence });
    expect(ids(watched)).toEqual(["one", "two", "three"]);
    expect(watched.gaps()).toBe(0);
    await connector.stop();
    await until("the loss of the connector", () => watched.link()?.state === "offline", { evidence });
    expect(waiting(watched)).toBe(3);
    watched.close();
    expect(watched.status()).toMatchObject({ kind: "stopped" });
  });

  it("over the whole chain, a command changes the PBX, a call is shown, and a call that ends during a cut is delivered once", async () => {
    const site = `client-office-${transport}`;
    const pbx = await startPbx();
    const { port, username, secret } = pbx;
    const connector = await startConnector({ edgeUrl: edge.url, site, ami: { port, username, secret } });
    try {
      const hq = await connectTo(site, transport);
      const watched = watch(hq, { agents: "*", queues: "*", summary: true });
      const { state } = watched;
      const evidence = () => [watched.status(), watched.link(), state.events(), watched.occurred, connector.output()];
      const sees = (what: string, probe: () => boolean) => until(what, probe, { evidence });
      await sees("the queues", () => state.queue("support")?.members.length === 3 && watched.link()?.state === "up");
      expect(state.agent("1001")).toMatchObject({ name: "Ann Agent", call: null });
      const pause = { type: "queuePause", queue: "support", agent: "1001", reason: "Lunch" } as const;
      expect(await hq.command(pause)).toMatchObject({ status: "done", result: { queues: ["support"] } });
      await sees("the pause", () => state.membership("1001", "support")?.pausedReason === "Lunch");
      expect(pbx.call({ queue: "support", number: "5550100" })).not.toBeNull();
      await sees("the ringing", () => state.agent("1002")?.call?.number === "5550100");
      pbx.answer("1002");
      await sees("the talk", () => state.agent("1002")?.status === "inuse" && waiting(watched) === 0);
      network.cut("refuse");
      await sees("the cut to be noticed", () => watched.status().kind !== "live");
      pbx.hangup("1002");
      expect(state.agent("1002")?.status).toBe("inuse");
      network.accept();
      const completed = () => watched.occurred.filter(({ type }) => type === "agentComplete");
      await sees("the end", () => completed().length > 0 && state.agent("1002")?.call === null);
      expect(completed()).toMatchObject([{ agent: "1002", queueName: "support" }]);
      await sees("the summary", () => state.queue("support")?.summary?.completed === 1);
      // Summaries are published once a second, so the last one may still be on its way.
      const truth = async () => new Set((await hq.snapshot({ agents: "*", queues: "*", summary: true })).events);
      await until("the truth", async () => isDeepStrictEqual(new Set(state.events()), await truth()), { evidence });
      expect(watched.gaps()).toBe(0);
      watched.close();
    } finally {
      await connector.kill();
      await pbx.stop();
    }
  });

  it("AP2 subscribes to the stream of one queue", async () => {
    const site = `client-queue-${transport}`;
    const connector = await startScriptedConnector({
      url: edge.url,
      site,
      counts: [count("support", 4), count("sales", 9)],
    });
    const watched = watch(await connectTo(site, transport), { queue: "support" });
    await until("the queue", () => waiting(watched) === 4);
    expect(watched.state.queues()).toEqual(["support"]);
    watched.close();
    await connector.stop();
  });

  it("stops with the reason if the token grants nothing of the subscription", async () => {
    const watched = watch(await connectTo("client-none", transport, { queues: ["sales"] }), { queues: ["support"] });
    const status = await until("it to stop", () => watched.status().kind === "stopped" && watched.status());
    expect(status).toMatchObject({ reason: expect.stringContaining("grant") });
  });
});

describe("commands", () => {
  const dial = { type: "originate", agent: "1001", to: "5551234" } as const;

  async function answering(site: string, outcomeOf: (command: UplinkCommand) => Outcome | null) {
    const commands: UplinkCommand[] = [];
    const connector: ScriptedConnector = await startScriptedConnector({
      url: edge.url,
      site,
      onCommand: (command) => {
        commands.push(command);
        const outcome = outcomeOf(command);
        if (outcome) connector.reply(command.id, outcome);
      },
    });
    const hq = await connectTo(site);
    await until("the link", async () => (await hq.status()).link === "up");
    return { connector, commands, hq };
  }

  it("resolve with done, failed with candidates, or refused by the worker", async () => {
    const candidates = [{ agentChannel: "PJSIP/1001-1", bridgedChannel: "PJSIP/trunk-1", callerId: "555" }];
    const { connector, hq } = await answering("client-commands", ({ command }) =>
      command.type === "originate"
        ? { status: "done", result: { actionId: "a-1" } }
        : { status: "failed", error: { code: "several_calls", message: "choose", candidates } },
    );
    expect(await hq.command(dial)).toMatchObject({ status: "done", result: { actionId: "a-1" } });
    expect(await hq.command({ type: "hangup", agent: "1001" })).toMatchObject({
      status: "failed",
      error: { code: "several_calls", candidates },
    });
    expect(await hq.command({ ...dial, to: "1&2" })).toMatchObject({
      status: "failed",
      error: { code: "bad_request" },
    });
    await connector.stop();
  });

  it("CM12 a request that was cut is repeated with its key, and the command is executed once", async () => {
    const { connector, commands, hq } = await answering("client-cut", () => null);
    const outcome = hq.command(dial);
    const [command] = await until("the command", () => commands.length > 0 && commands);
    network.cut("accept");
    connector.reply(command?.id ?? "", { status: "done", result: { actionId: "a-2" } });
    expect(await outcome).toMatchObject({ status: "done", result: { actionId: "a-2" } });
    expect(commands.length).toBe(1);
    await connector.stop();
  });

  it("CM11 a command with an unknown outcome resolves as unknown and is not sent again", async () => {
    const { connector, commands, hq } = await answering("client-unknown", () => outcomeUnknown("AMI was lost"));
    expect(await hq.command(dial)).toMatchObject({ status: "unknown", error: { message: "AMI was lost" } });
    expect(commands.length).toBe(1);
    await connector.stop();
  });

  it("a request without a valid response rejects with a SiteError", async () => {
    const nowhere = connectSite({ url: "http://127.0.0.1:1", site: "hq", token: "t" });
    await expect(nowhere.status()).rejects.toThrow(SiteError);
    const forged = connectSite({ url, site: "hq", token: "forged" });
    await expect(forged.snapshot()).rejects.toMatchObject({ status: 401, code: "unauthorized" });
  });
});

it("the bundled client needs no packages, and uses server-sent events where there is no WebSocket", async () => {
  const site = "client-bundle";
  const connector = await startScriptedConnector({ url: edge.url, site });
  const folder = await mkdtemp(join(tmpdir(), "pbxis-client-"));
  try {
    const entry = fileURLToPath(new URL("../../shared/src/client/index.ts", import.meta.url));
    const bundle = join(folder, "client.mjs");
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      target: "es2022",
      outfile: bundle,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs).filter((file) => file.includes("node_modules"))).toEqual([]);
    const script = join(folder, "script.mjs");
    await writeFile(
      script,
      `delete globalThis.WebSocket;
       const { connectSite } = await import(${JSON.stringify(bundle)});
       const [url, site, token] = process.argv.slice(2);
       const watched = connectSite({ url, site, token }).subscribe({ queues: "*" }, {
         onChange: () => { console.log(watched.state.queue("support").count); watched.close(); },
       });`,
    );
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, [script, url, site, await mintToken({ site })]);
    expect(stdout).toBe("0\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
    await connector.stop();
  }
});

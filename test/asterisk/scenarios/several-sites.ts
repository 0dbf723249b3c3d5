/**
 * AP15: one stream of three sites, each with a PBX of its own beside the bed's: Asterisk 22, Asterisk 16 and the simulated
 * one. It is played once, because it has both versions itself.
 */
import { type SiteEvent, stateKey } from "@pbxis/shared";
import { connectSites, type SubscribedSites } from "@pbxis/shared/client";
import { type ConnectorProcess, startConnector } from "../../harness/connector.ts";
import { startFaultProxy } from "../../harness/fault-proxy.ts";
import { mintToken } from "../../harness/token.ts";
import { until } from "../../harness/wait.ts";
import { startPbx } from "../../pbx/start.ts";
import { accounts } from "../config.ts";
import { startLab } from "../lab.ts";
import { printedTexts } from "../printed.ts";
import type { Version } from "../unpack.ts";
import type { Scenario } from "./scenario.ts";

/** A PBX, which can be killed and started again with the same address. */
type Center = Readonly<{
  ami: Readonly<{ host: string; port: number; username: string; secret: string }>;
  settings: Readonly<Record<string, string>>;
  kill: () => Promise<void>;
  boot: () => Promise<void>;
  stop: () => Promise<void>;
}>;

async function openLab(version: Version): Promise<Center> {
  const lab = await startLab(version, await printedTexts());
  const { kill, boot, stop, place } = lab;
  const ami = { host: place.address, port: 5038, ...accounts.least };
  return { ami, settings: place.installation.settings, kill, boot, stop };
}

async function openSimulated(): Promise<Center> {
  let pbx = await startPbx();
  const { port, username, secret } = pbx;
  return {
    ami: { host: "127.0.0.1", port, username, secret },
    settings: {},
    kill: () => pbx.stop(),
    boot: async () => {
      pbx = await startPbx({ port });
    },
    stop: () => pbx.stop(),
  };
}

/** What the client of all sites received of one site. */
type Seen = { occurrences: string[]; gaps: number };

class Play {
  readonly #edge: URL;
  readonly #centers: ReadonlyMap<string, Center>;
  readonly #connectors = new Map<string, ConnectorProcess>();
  readonly #token: string;
  readonly #seen: ReadonlyMap<string, Seen>;
  /** By site: the occurrences that were made, by `actionId`. */
  readonly #made: ReadonlyMap<string, string[]>;
  #watched: SubscribedSites | undefined;

  constructor(edge: URL, centers: ReadonlyMap<string, Center>, token: string) {
    this.#edge = edge;
    this.#centers = centers;
    this.#token = token;
    this.#seen = new Map([...centers.keys()].map((site) => [site, { occurrences: [], gaps: 0 }]));
    this.#made = new Map([...centers.keys()].map((site) => [site, []]));
  }

  get sites(): readonly string[] {
    return [...this.#centers.keys()];
  }

  async startConnectorOf(site: string): Promise<void> {
    const { ami, settings } = this.#centers.get(site) as Center;
    this.#connectors.set(site, await startConnector({ edgeUrl: this.#edge, site, ami, env: settings }));
  }

  async killConnectorOf(site: string): Promise<void> {
    await this.#connectors.get(site)?.kill();
  }

  /** `url`: the way to the worker. */
  watch(url: URL): void {
    const seenAt = (site: string) => this.#seen.get(site) as Seen;
    const client = connectSites({ url: url.origin, sites: this.sites, token: this.#token });
    this.#watched = client.subscribe(
      { agents: "*", queues: "*" },
      {
        onOccurrence: (event, site) => {
          if (event.type === "originateFailed") seenAt(site).occurrences.push(event.actionId);
        },
        onGap: (site) => {
          seenAt(site).gaps += 1;
        },
      },
    );
  }

  async expectLink(site: string, link: "up" | "down" | "offline"): Promise<void> {
    const state = () => this.#watched?.link(site)?.state;
    const evidence = () => [state(), this.#watched?.status(), this.#connectors.get(site)?.output().slice(-2_000)];
    await until(`${site} to be ${link}`, () => state() === link, { evidence });
  }

  /** Something happens at these sites: a phone is rung that does not answer. */
  async happen(sites: readonly string[]): Promise<void> {
    for (const site of sites) {
      const response = await fetch(new URL(`v1/sites/${site}/commands`, this.#edge), {
        method: "POST",
        headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
        body: JSON.stringify({ type: "originate", agent: "1001", to: "5001", timeoutSeconds: 1 }),
      });
      const body = JSON.parse(await response.text());
      const actionId = body.result?.actionId ?? body.error?.actionId;
      if (typeof actionId !== "string") throw new Error(`${site}: ${JSON.stringify(body)}`);
      this.#made.get(site)?.push(actionId);
    }
  }

  /** Each occurrence of each site has arrived exactly once, and no snapshot stood in for what was missed. */
  async expectAll(sites: readonly string[]): Promise<void> {
    for (const site of sites) {
      const made = this.#made.get(site) ?? [];
      const seen = this.#seen.get(site) as Seen;
      const isAll = () => seen.occurrences.toSorted().join() === made.toSorted().join();
      await until(`${site}'s occurrences`, isAll, { evidence: () => ({ made, ...seen }) });
      if (seen.gaps > 0) throw new Error(`${site}: ${seen.gaps} gaps`);
    }
  }

  /** The mirror of each site has what the site itself says (AP3). */
  async expectMirror(): Promise<void> {
    for (const site of this.sites) {
      const headers = { authorization: `Bearer ${this.#token}` };
      const url = new URL(`v1/sites/${site}/state?agents=*&queues=*`, this.#edge);
      let different: unknown;
      const isSame = async () => {
        const { events } = JSON.parse(await (await fetch(url, { headers })).text()) as { events: SiteEvent[] };
        const mine = textsOf(this.#watched?.state.site(site)?.events() ?? []);
        const theirs = textsOf(events);
        different = [[...mine].filter((text) => !theirs.has(text)), [...theirs].filter((text) => !mine.has(text))];
        return mine.size === theirs.size && [...mine].every((text) => theirs.has(text));
      };
      await until(`the mirror of ${site}`, isSame, { evidence: () => different });
    }
  }

  async stop(): Promise<void> {
    this.#watched?.close();
    await Promise.all([...this.#connectors.values()].map((connector) => connector.kill()));
  }
}

/** The states without their times: a connector that has restarted reports them anew, which is no change (EV11). */
function textsOf(events: readonly SiteEvent[]): ReadonlySet<string> {
  const text = (event: SiteEvent) => JSON.stringify({ ...event, at: 0, since: 0 });
  return new Set(events.flatMap((event) => (stateKey(event) ? [text(event)] : [])));
}

async function play(edge: URL, centers: ReadonlyMap<string, Center>): Promise<void> {
  const lists = { agents: ["*"], queues: ["*"], commands: ["*"], callers: false };
  const sites = Object.fromEntries([...centers.keys()].map((site) => [site, lists]));
  const it = new Play(edge, centers, await mintToken({ sites }));
  const network = await startFaultProxy(Number(edge.port), edge.hostname);
  try {
    await Promise.all(it.sites.map((site) => it.startConnectorOf(site)));
    it.watch(new URL(`http://127.0.0.1:${network.port}`));
    for (const site of it.sites) await it.expectLink(site, "up");
    for (const [site, center] of centers) {
      const others = it.sites.filter((other) => other !== site);
      await center.kill();
      await it.expectLink(site, "down");
      await it.happen(others);
      await it.expectAll(others);
      for (const other of others) await it.expectLink(other, "up");
      await center.boot();
      await it.expectLink(site, "up");
      await it.killConnectorOf(site);
      await it.expectLink(site, "offline");
      await it.happen(others);
      await it.startConnectorOf(site);
      await it.expectLink(site, "up");
      // The client is cut off, and misses nothing of any site.
      network.cut("refuse");
      await it.happen(it.sites);
      network.accept();
      await it.expectAll(it.sites);
    }
    await it.expectMirror();
  } finally {
    await it.stop();
    await network.stop();
  }
}

export const severalSites: readonly Scenario[] = [
  {
    name: "AP15 three PBXs in one stream are killed in turn, and so are their connectors and the client's network",
    only: "22",
    run: async ({ edge }) => {
      if (!edge) return {};
      const opened = await Promise.all([openLab("22"), openLab("16"), openSimulated()]);
      const names = ["asterisk22", "asterisk16", "simulated"].map((name) => `${name}-${Date.now()}`);
      try {
        await play(edge, new Map(opened.map((center, index) => [names[index] ?? "", center])));
      } finally {
        await Promise.all(opened.map((center) => center.stop()));
      }
      return {};
    },
  },
];

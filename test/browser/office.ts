/**
 * A call center for one test: a site with its own simulated PBX and connector, whose dashboard is opened in a real
 * browser.
 */
import type { Browser } from "playwright-core";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { mintToken, type TokenOptions } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import type { Edge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import { type Opened, type OpenOptions, openPage } from "./chromium.ts";

export type Office = Readonly<{
  site: string;
  pbx: SimulatedPbx;
  /** The network between the connector and the PBX. */
  ami: FaultProxy;
  connector: () => ConnectorProcess;
  killConnector: () => Promise<void>;
  /** Starts another connector after `killConnector`. */
  startConnector: () => Promise<void>;
  /** Opens the dashboard signed in, at a view such as `/agents`. */
  open: (view?: string, token?: TokenOptions, options?: OpenOptions) => Promise<Opened>;
  stop: () => Promise<void>;
}>;

let offices = 0;

export async function openOffice(edge: Edge, browser: Browser, pbx?: SimulatedPbx): Promise<Office> {
  const site = `office${offices++}`;
  const ownPbx = pbx ?? (await startPbx());
  const ami = await startFaultProxy(ownPbx.port);
  const { username, secret } = ownPbx;
  let connector: ConnectorProcess | undefined;
  const opened: Opened[] = [];
  const start = async () => {
    connector = await startConnector({
      edgeUrl: edge.url,
      site,
      ami: { port: ami.port, username, secret },
      env: { PBXIS_ATTENDED_TRANSFER: "on" },
    });
    const headers = { authorization: `Bearer ${await mintToken({ site })}` };
    await until("the link to be up", async () => {
      const status = (await (await fetch(new URL(`v1/sites/${site}`, edge.url), { headers })).json()) as {
        link: string;
      };
      return status.link === "up";
    });
  };
  await start();
  return {
    site,
    pbx: ownPbx,
    ami,
    connector: () => connector as ConnectorProcess,
    killConnector: async () => connector?.kill(),
    startConnector: start,
    open: async (view = "/", token = {}, options = {}) => {
      const text = await mintToken({ site, ...token });
      const one = await openPage(browser, `${edge.url.href}#token=${text}`, options);
      opened.push(one);
      if (view !== "/") await one.page.goto(`${edge.url.href}#${view}`);
      return one;
    },
    stop: async () => {
      await Promise.all(opened.map(({ page }) => page.context().close()));
      await connector?.kill();
      await Promise.all([ami.stop(), ownPbx.stop()]);
    },
  };
}

/** One site of a simulation: its PBX, its connectors, and the networks between them and to the worker. */
import { startPbx } from "../pbx/start.ts";
import type { AgentConfig, Completed, Ended, PbxState, QueueConfig } from "../pbx/state.ts";
import { livelyPace } from "../pbx/traffic.ts";
import { type Clock, createProcess } from "./clock.ts";
import { createConnectors } from "./connectors.ts";
import { useNetwork } from "./net/network.ts";
import type { Simulation } from "./parts.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { type Conditions, goodConditions } from "./wire.ts";

export const agents: readonly AgentConfig[] = ["1001", "1002", "1003", "1004", "1005", "1006"].map((id) => ({
  id,
  name: `Agent ${id}`,
}));
export const queues: readonly QueueConfig[] = [
  { name: "support", exten: "5001", strategy: "ringall", monitor: "before", members: ["1001", "1002", "1005"] },
  { name: "sales", exten: "5002", strategy: "rrmemory", monitor: "answered", members: ["1003", "1004", "1005"] },
  { name: "billing", exten: "5003", strategy: "ringall", monitor: "before", members: ["1001", "1006"] },
];

export type SimulatedSite = Pick<Simulation, "pbx" | "connectors" | "machines" | "uplink" | "ami"> &
  Readonly<{ name: string }>;

type Options = Pick<Simulation, "clock" | "ami" | "machines"> &
  Readonly<{
    name: string;
    port: number;
    chance: () => number;
    secret: string;
    hasSpool: boolean;
    onCompleted?: (call: Completed) => void;
    onEnded?: (ended: Ended) => void;
    onMoment?: (state: PbxState) => void;
  }>;

/** Its connectors do not run yet. */
export async function startSite(options: Options): Promise<SimulatedSite> {
  const { clock, chance, ami, machines, name, port, secret, hasSpool, onCompleted, onEnded, onMoment } = options;
  const asterisk = createProcess(name === "hq" ? "Asterisk" : `Asterisk of ${name}`, machines.pbx.machine);
  const starting = clock.as(asterisk, () =>
    startPbx({
      port,
      seed: Math.floor(chance() * 1e9),
      pace: livelyPace(10 + chance() * 50),
      queues,
      agents,
      ...(onCompleted && { onCompleted }),
      ...(onEnded && { onEnded }),
      ...(onMoment && { onMoment }),
    }),
  );
  await clock.run(clock.now() + 1);
  const pbx = await starting;
  const connectors = await createConnectors(
    { clock, secret, site: name, port: pbx.port, hasSpool },
    machines.connector,
  );
  const uplink: Conditions = { ...goodConditions, least: 5, most: 40 };
  return { name, pbx, connectors, machines, uplink, ami };
}

/** Each PBX and each uplink has conditions of its own. `sites` may grow. */
export function joinNetworks(clock: Clock, chance: () => number, runtime: Runtime, sites: readonly SimulatedSite[]) {
  const ofPort = (port: number) => sites.find(({ pbx }) => pbx.port === port) as SimulatedSite;
  useNetwork({
    clock,
    chance,
    tcpOf: (port) => ofPort(port).ami,
    onTcp: (port, cut, [process]) => ofPort(port).connectors.onConnection("AMI", process, cut),
    dial: async (url, headers, process) => {
      const site = sites.find(({ name }) => url.pathname.startsWith(`/v1/sites/${name}/`)) as SimulatedSite;
      const { uplink, connectors } = site;
      if (uplink.isDown)
        return new Promise((resolve) => clock.after(50, process, "uplink is refused", () => resolve(null)));
      const request = new Request(url.href.replace(/^ws/, "http"), { headers: { ...headers, upgrade: "websocket" } });
      const opened = await runtime.open(request, process, uplink, "uplink");
      if ("wire" in opened) connectors.onConnection("uplink", process, opened.wire.cut);
      return opened;
    },
  });
}

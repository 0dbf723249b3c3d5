/** The faults, each with its undoing, and their random order. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Lab } from "../asterisk/lab.ts";
import type { FaultProxy } from "../harness/fault-proxy.ts";
import type { Office } from "./office.ts";
import type { ManagedProcess } from "./processes.ts";
import type { Span } from "./verdict.ts";

export type Scene = Readonly<{
  lab: Lab;
  office: Office;
  connector: ManagedProcess;
  worker: ManagedProcess;
  ami: FaultProxy;
  uplink: FaultProxy;
  clients: FaultProxy;
  /** Periods in which the network between AMI and the connector delayed data. */
  disturbed: Span[];
  onConnectorEnded: () => void;
  onConnectorStarted: () => void;
  log: (text: string) => void;
}>;

/** `weight`: how often the fault occurs in a deck of about forty. */
export type Fault = Readonly<{
  name: string;
  weight: number;
  run: (scene: Scene, chance: () => number) => Promise<void>;
}>;

const between = (chance: () => number, least: number, most: number) => Math.round(least + chance() * (most - least));

async function stall(scene: Scene, which: "ami" | "uplink" | "clients", ms: number): Promise<void> {
  const from = Date.now();
  scene[which].freeze();
  await sleep(ms);
  scene[which].thaw();
  if (which === "ami") scene.disturbed.push({ from, to: Date.now() });
}

async function throttle(
  scene: Scene,
  which: "ami" | "uplink" | "clients",
  bytesPerSecond: number,
  ms: number,
): Promise<void> {
  const from = Date.now();
  scene[which].throttle(bytesPerSecond);
  await sleep(ms);
  scene[which].throttle(null);
  // Buffered data arrives later.
  if (which === "ami") scene.disturbed.push({ from, to: Date.now() + 5_000 });
}

async function refuse(proxy: FaultProxy, ms: number): Promise<void> {
  proxy.cut("refuse");
  await sleep(ms);
  proxy.accept();
}

async function restart(scene: Scene, chance: () => number, end: () => Promise<void>): Promise<void> {
  await end();
  scene.onConnectorEnded();
  await sleep(between(chance, 0, 2_000));
  await scene.connector.start();
  scene.onConnectorStarted();
}

const faults: readonly Fault[] = [
  { name: "uplink cut", weight: 4, run: async ({ uplink }) => uplink.cut("accept") },
  { name: "uplink away", weight: 3, run: ({ uplink }, chance) => refuse(uplink, between(chance, 500, 4_000)) },
  { name: "uplink stalls", weight: 3, run: (scene, chance) => stall(scene, "uplink", between(chance, 500, 5_000)) },
  {
    name: "uplink dies silently",
    weight: 1,
    run: (scene, chance) => stall(scene, "uplink", between(chance, 26_000, 30_000)),
  },
  {
    name: "uplink crawls",
    weight: 2,
    run: (scene, chance) => throttle(scene, "uplink", 4_000, between(chance, 2_000, 6_000)),
  },
  { name: "AMI cut", weight: 3, run: async ({ ami }) => ami.cut("accept") },
  { name: "AMI away", weight: 2, run: ({ ami }, chance) => refuse(ami, between(chance, 500, 3_000)) },
  { name: "AMI stalls", weight: 2, run: (scene, chance) => stall(scene, "ami", between(chance, 200, 3_000)) },
  {
    name: "AMI crawls",
    weight: 1,
    run: (scene, chance) => throttle(scene, "ami", 20_000, between(chance, 1_000, 4_000)),
  },
  { name: "clients cut", weight: 4, run: async ({ clients }) => clients.cut("accept") },
  { name: "clients away", weight: 2, run: ({ clients }, chance) => refuse(clients, between(chance, 500, 5_000)) },
  { name: "clients stall", weight: 2, run: (scene, chance) => stall(scene, "clients", between(chance, 500, 5_000)) },
  {
    name: "clients crawl",
    weight: 2,
    run: (scene, chance) => throttle(scene, "clients", 3_000, between(chance, 2_000, 6_000)),
  },
  { name: "connector killed", weight: 4, run: (scene, chance) => restart(scene, chance, scene.connector.kill) },
  { name: "connector restarted", weight: 3, run: (scene, chance) => restart(scene, chance, scene.connector.stop) },
  {
    name: "worker killed",
    weight: 4,
    run: async ({ worker }, chance) => {
      await worker.kill();
      await sleep(between(chance, 0, 2_000));
      await worker.start();
    },
  },
  {
    name: "Asterisk killed",
    weight: 1,
    run: async ({ lab, office }, chance) => {
      office.onAsteriskGone();
      await lab.kill();
      await sleep(between(chance, 0, 2_000));
      await lab.boot();
      await office.onAsteriskBack();
    },
  },
];

/** Each fault as often as its weight, in random order: within a few minutes every part fails in every way. */
export function shuffledFaults(chance: () => number): Fault[] {
  const deck = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault));
  for (let last = deck.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    const [one, two] = [deck[last], deck[other]];
    if (one && two) [deck[last], deck[other]] = [two, one];
  }
  return deck;
}

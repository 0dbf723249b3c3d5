/** What a fault does to the simulation, what must hold in every second of it, and how all is made well at the end. */

import { createProcess } from "./clock.ts";
import type { ReceivedAction } from "./commander.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { reliableCalls } from "./runtime/runtime.ts";
import { pick, type Simulation } from "./simulation.ts";
import { goodConditions } from "./wire.ts";

/** ST3: told within 45 s of a silent end, and a delivery's time. */
const stalenessMs = 60_000;

export type FaultInjector = Readonly<{
  inject: (fault: Fault) => void;
  injectedCount: () => number;
  /** Broken promises, as sentences. */
  check: () => string[];
  endFaults: () => void;
  /** One connector is enough; who was superseded has had time to hand in what it owed. */
  stopSuperseded: () => void;
  /** All that managers receivedActions of Asterisk. */
  receivedActions: () => readonly ReceivedAction[];
}>;

export function createFaultInjector(simulation: Simulation, chance: () => number): FaultInjector {
  const { clock, pbx, connectors, runtime, clients, uplink, ami, losses } = simulation;
  const process = createProcess("healing");
  const receivedActions: ReceivedAction[] = [];
  const seen = new WeakSet<object>();
  let injectedCount = 0;
  let isOver = false;
  let lastUplinkAt = 0;

  /** Undone after a while, unless all has been healed meanwhile. */
  const later = (ms: number, what: string, run: () => void) => {
    clock.after(ms, process, what, () => {
      if (!isOver) run();
    });
  };

  const acts: Readonly<Record<FaultKind, (fault: Fault) => void>> = {
    "client cut": ({ loud }) => pick(chance, clients).cut(loud ? "loud" : "silent"),
    "client vanishes": ({ forMs }) => {
      const client = pick(chance, clients);
      client.cut("silent");
      client.conditions.isDown = true;
      later(forMs, "client is back", () => {
        client.conditions.isDown = false;
      });
    },
    "client stalls": ({ forMs }) => {
      pick(chance, clients).conditions.stalledUntil = clock.now() + forMs;
    },
    "client reloads": () => pick(chance, clients).reload(),
    "client is slow": ({ forMs }) => {
      const { conditions } = pick(chance, clients);
      conditions.bytesPerMs = 0.2 + chance() * 2;
      later(forMs, "client is quick", () => {
        conditions.bytesPerMs = Number.POSITIVE_INFINITY;
      });
    },
    "requests get lost": ({ forMs }) => {
      Object.assign(losses, { requestLoss: 30 * chance(), answerLoss: 30 * chance() });
      later(forMs, "requests arrive", () => Object.assign(losses, { requestLoss: 0, answerLoss: 0 }));
    },
    "uplink cut": () => connectors.cut("uplink", "loud"),
    "uplink vanishes": () => connectors.cut("uplink", "silent"),
    "uplink stalls": ({ forMs }) => {
      uplink.stalledUntil = clock.now() + forMs;
    },
    "uplink is slow": ({ forMs }) => {
      uplink.bytesPerMs = 0.5 + chance() * 3;
      later(forMs, "uplink is quick", () => {
        uplink.bytesPerMs = Number.POSITIVE_INFINITY;
      });
    },
    "uplink is down": ({ forMs, loud }) => {
      uplink.isDown = true;
      connectors.cut("uplink", loud ? "loud" : "silent");
      later(2 * forMs, "uplink is up", () => {
        uplink.isDown = false;
      });
    },
    "AMI cut": ({ loud }) => connectors.cut("AMI", loud ? "loud" : "silent"),
    "AMI stalls": ({ forMs }) => {
      ami.stalledUntil = clock.now() + forMs / 4;
    },
    "Asterisk restarts": ({ forMs }) => void clock.as(process, () => pbx.restart(forMs / 4)),
    "connector is killed": ({ forMs, loud }) => {
      const run = connectors.alive().at(-1);
      if (!run) return;
      connectors.kill(run, loud ? "loud" : "silent");
      later(forMs * (loud ? 1 : 5), "connector starts", () => connectors.start());
    },
    "connector is restarted": ({ forMs }) => {
      const run = connectors.alive().at(-1);
      if (!run) return;
      connectors.stop(run);
      later(1500 + forMs / 8, "connector starts", () => connectors.start());
    },
    "second connector": () => {
      if (connectors.alive().length < 2) connectors.start();
    },
    // It is cut off, and runs on; the one that takes its place has heard nothing of what it could not tell.
    "connector is replaced": ({ forMs, loud }) => {
      if (connectors.alive().length > 1) return;
      uplink.isDown = true;
      connectors.cut("uplink", loud ? "loud" : "silent");
      later(forMs, "another connector starts, and the uplink is up", () => {
        connectors.start();
        uplink.isDown = false;
      });
    },
    "object is evicted": () => {
      const idle = runtime.objects().filter((object) => object.kind !== "TICKET" && object.isIdle());
      if (idle.length > 0) pick(chance, idle).evict();
    },
    "object crashes": () => {
      const objects = runtime.objects().filter(({ kind }) => kind !== "TICKET");
      if (objects.length > 0) pick(chance, objects).crash();
    },
    "calls between objects fail": ({ forMs }) => {
      runtime.calls.failures = 5 + chance() * 50;
      later(forMs, "calls arrive", () => {
        runtime.calls.failures = 0;
      });
    },
    "calls between objects are late": ({ forMs }) => {
      runtime.calls.most = 20 + chance() ** 2 * 5000;
      later(forMs, "calls are quick", () => {
        runtime.calls.most = reliableCalls.most;
      });
    },
    deployment: () => {
      for (const object of runtime.objects()) object.crash();
    },
  };

  function noteActions(): void {
    for (const request of pbx.actions()) {
      if (seen.has(request)) continue;
      seen.add(request);
      const text = request.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
      receivedActions.push({ action: (request.get("action") ?? "").toLowerCase(), text });
    }
  }

  return {
    inject: (fault) => {
      injectedCount++;
      acts[fault.kind](fault);
    },
    injectedCount: () => injectedCount,
    check: () => {
      noteActions();
      const now = clock.now();
      if (connectors.alive().length > 0) lastUplinkAt = now;
      if (now - lastUplinkAt < stalenessMs) return [];
      return clients.flatMap((client) => {
        const isReached =
          client.status() === "live" && client.conditions.stalledUntil < now - 5000 && client.role.habit === "diligent";
        const link = client.subscribed().link();
        if (!isReached || link?.state !== "up" || Number.isFinite(client.conditions.bytesPerMs)) return [];
        return [
          `${client.role.name}: ST3: there is no connector since ${lastUplinkAt.toFixed(0)}, and it was not told`,
        ];
      });
    },
    endFaults: () => {
      isOver = true;
      Object.assign(uplink, { ...goodConditions, least: 5, most: 40 });
      Object.assign(ami, { ...goodConditions, least: 0.1, most: 1 });
      Object.assign(losses, { requestLoss: 0, answerLoss: 0 });
      Object.assign(runtime.calls, reliableCalls);
      for (const { conditions } of clients) Object.assign(conditions, goodConditions);
      connectors.startAll();
    },
    stopSuperseded: () => {
      for (const run of connectors.alive().slice(0, -1)) connectors.kill(run, "loud");
    },
    receivedActions: () => {
      noteActions();
      return receivedActions;
    },
  };
}

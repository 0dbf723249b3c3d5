/** Injects faults into a simulation, checks once a second what must hold despite them, and ends all faults. */
import { createProcess } from "./clock.ts";
import type { ReceivedAction } from "./commander.ts";
import { faultActions, maxLateMs, type UndoAfter } from "./fault-actions.ts";
import type { Fault } from "./faults.ts";
import { diskFaults, goodDisk } from "./net/disk.ts";
import type { Simulation } from "./parts.ts";
import { punctualAlarms, reliableBodies, reliableCalls, reliableWrites } from "./runtime/runtime.ts";
import { goodConditions } from "./wire.ts";

/**
 * ST3: a silent loss of the connector is published within 15 s; the rest is for deliveries that fail and are repeated.
 */
const stalenessMs = 45_000;

export type FaultInjector = Readonly<{
  inject: (fault: Fault) => void;
  injectedCount: () => number;
  /** Describes each violation. */
  check: () => string[];
  endFaults: () => void;
  /** Kills all connectors but the latest. The superseded ones have had time for their handover. */
  stopSuperseded: () => void;
  /** All actions that the PBX has received. */
  receivedActions: () => readonly ReceivedAction[];
}>;

export function createFaultInjector(simulation: Simulation, chance: () => number): FaultInjector {
  const { clock, pbx, connectors, runtime, clients, pages, machines, uplink, ami, losses } = simulation;
  const process = createProcess("fault injector");
  const receivedActions: ReceivedAction[] = [];
  const seen = new WeakSet<object>();
  let injectedCount = 0;
  let isOver = false;
  let lastUplinkAt = 0;
  /** No alarm is late or lost any more. */
  let punctualFrom = 0;

  // `endFaults` undoes all faults at once; later undo steps have no effect.
  const undoAfter: UndoAfter = (ms, label, undo) => {
    clock.after(ms, process, label, () => {
      if (!isOver) undo();
    });
  };

  const found: string[] = [];
  const actions = faultActions(simulation, chance, undoAfter, (finding) => found.push(finding));

  function collectActions(): void {
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
      if (fault.kind === "alarm is lost") punctualFrom = clock.now() + maxLateMs;
      actions[fault.kind](fault);
    },
    injectedCount: () => injectedCount,
    check: () => {
      collectActions();
      const now = clock.now();
      if (connectors.alive().length > 0 || machines.platform.frozenUntil > now) lastUplinkAt = now;
      if (runtime.alarms.lateMs > 0) punctualFrom = now + maxLateMs;
      if (now - lastUplinkAt < stalenessMs || now < punctualFrom) return found.splice(0);
      const stale = clients.flatMap((client) => {
        const isReached =
          client.status() === "live" && client.conditions.stalledUntil < now - 5000 && client.role.habit === "diligent";
        const link = client.subscribed().link();
        if (!isReached || link?.state !== "up" || Number.isFinite(client.conditions.bytesPerMs)) return [];
        return [`${client.role.name}: ST3: no connector runs since ${lastUplinkAt.toFixed(0)}, but its link is up`];
      });
      return [...found.splice(0), ...stale];
    },
    endFaults: () => {
      isOver = true;
      Object.assign(uplink, { ...goodConditions, least: 5, most: 40 });
      // A stall that was is still asked for (ending-check.ts).
      const stalledUntil = Math.min(ami.stalledUntil, clock.now());
      Object.assign(ami, { ...goodConditions, least: 0.1, most: 1, stalledUntil });
      Object.assign(losses, { requestLoss: 0, answerLoss: 0 });
      Object.assign(runtime.calls, reliableCalls);
      Object.assign(runtime.writes, reliableWrites);
      Object.assign(runtime.alarms, punctualAlarms);
      Object.assign(runtime.bodies, reliableBodies);
      Object.assign(diskFaults, goodDisk);
      for (const { sql } of runtime.objects()) sql.isFull = false;
      for (const { conditions } of [...clients, ...pages]) Object.assign(conditions, goodConditions);
      connectors.startAll();
    },
    stopSuperseded: () => {
      for (const run of connectors.alive().slice(0, -1)) connectors.kill(run, "loud");
    },
    receivedActions: () => {
      collectActions();
      return receivedActions;
    },
  };
}

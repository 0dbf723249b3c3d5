/** What each kind of fault does to the simulation, and how it is undone. */
import { createProcess } from "./clock.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { someOffset, someStep } from "./machines.ts";
import { diskFaults } from "./net/disk.ts";
import { pick, type Simulation } from "./parts.ts";
import { punctualAlarms, reliableCalls } from "./runtime/runtime.ts";
import { goodConditions } from "./wire.ts";

/** Schedules the end of a fault. */
export type UndoAfter = (ms: number, label: string, undo: () => void) => void;

/** How late an alarm may be. */
export const maxLateMs = 120_000;

type FaultAction = (fault: Fault) => void;

export function faultActions(
  simulation: Simulation,
  chance: () => number,
  undoAfter: UndoAfter,
  onFound: (finding: string) => void,
): Readonly<Record<FaultKind, FaultAction>> {
  return {
    ...clientFaults(simulation, chance, undoAfter),
    ...networkFaults(simulation, chance, undoAfter),
    ...connectorFaults(simulation, undoAfter),
    ...objectFaults(simulation, chance, undoAfter),
    ...storageFaults(simulation, chance, undoAfter),
    ...spoolFaults(simulation, undoAfter),
    ...ticketFaults(simulation, chance, onFound),
    ...clockFaults(simulation, chance),
  };
}

function clientFaults({ clock, clients, pages, losses }: Simulation, chance: () => number, undoAfter: UndoAfter) {
  const all = [...clients, ...pages];
  return {
    "client cut": ({ loud }) => pick(chance, all).cut(loud ? "loud" : "silent"),
    "client vanishes": ({ forMs }) => {
      const client = pick(chance, all);
      client.cut("silent");
      client.conditions.isDown = true;
      undoAfter(forMs, "client is back", () => {
        client.conditions.isDown = false;
      });
    },
    "client stalls": ({ forMs }) => {
      pick(chance, all).conditions.stalledUntil = clock.now() + forMs;
    },
    "all clients are cut": ({ loud }) => {
      for (const client of all) client.cut(loud ? "loud" : "silent");
    },
    "client reloads": () => pick(chance, all).reload(),
    "client is slow": ({ forMs }) => {
      const { conditions } = pick(chance, all);
      conditions.bytesPerMs = 0.2 + chance() * 2;
      undoAfter(forMs, "client is quick", () => {
        conditions.bytesPerMs = Number.POSITIVE_INFINITY;
      });
    },
    "requests get lost": ({ forMs }) => {
      Object.assign(losses, { requestLoss: 30 * chance(), answerLoss: 30 * chance() });
      undoAfter(forMs, "requests arrive", () => Object.assign(losses, { requestLoss: 0, answerLoss: 0 }));
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

/** Faults of the uplink, of AMI and of Asterisk. */
function networkFaults(
  { clock, pbx, connectors, machines, uplink, ami }: Simulation,
  chance: () => number,
  undoAfter: UndoAfter,
) {
  const process = createProcess("fault injector", machines.pbx.machine);
  return {
    "uplink cut": () => connectors.cut("uplink", "loud"),
    "uplink vanishes": () => connectors.cut("uplink", "silent"),
    "uplink stalls": ({ forMs }) => {
      uplink.stalledUntil = clock.now() + forMs;
    },
    "uplink is slow": ({ forMs }) => {
      uplink.bytesPerMs = 0.5 + chance() * 3;
      undoAfter(forMs, "uplink is quick", () => {
        uplink.bytesPerMs = Number.POSITIVE_INFINITY;
      });
    },
    "uplink is down": ({ forMs, loud }) => {
      uplink.isDown = true;
      connectors.cut("uplink", loud ? "loud" : "silent");
      undoAfter(2 * forMs, "uplink is up", () => {
        uplink.isDown = false;
      });
    },
    "AMI cut": ({ loud }) => connectors.cut("AMI", loud ? "loud" : "silent"),
    "AMI stalls": ({ forMs }) => {
      ami.stalledUntil = clock.now() + forMs / 4;
    },
    "Asterisk restarts": ({ forMs }) => clock.enter(process, "Asterisk restarts", () => void pbx.restart(forMs / 4)),
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

function connectorFaults({ connectors, uplink }: Simulation, undoAfter: UndoAfter) {
  return {
    "connector is killed": ({ forMs, loud }) => {
      const run = connectors.alive().at(-1);
      if (!run) return;
      connectors.kill(run, loud ? "loud" : "silent");
      undoAfter(forMs * (loud ? 1 : 5), "connector starts", () => connectors.start());
    },
    "connector is restarted": ({ forMs }) => {
      const run = connectors.alive().at(-1);
      if (!run) return;
      connectors.stop(run);
      undoAfter(1500 + forMs / 8, "connector starts", () => connectors.start());
    },
    "second connector": () => {
      if (connectors.alive().length < 2) connectors.start();
    },
    // The old connector loses its uplink and runs on. The new one has not received the events that the old one could
    // not deliver.
    "connector is replaced": ({ forMs, loud }) => {
      if (connectors.alive().length > 1) return;
      uplink.isDown = true;
      connectors.cut("uplink", loud ? "loud" : "silent");
      undoAfter(forMs, "another connector starts, and the uplink is up", () => {
        connectors.start();
        uplink.isDown = false;
      });
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

function objectFaults({ runtime }: Simulation, chance: () => number, undoAfter: UndoAfter) {
  /** There are many tickets, and each is of use for a moment: they are chosen one time in five. */
  function someKind() {
    const areTickets = chance() < 0.2;
    return runtime.objects().filter(({ kind }) => (kind === "TICKET") === areTickets);
  }
  return {
    "object is evicted": () => {
      const idle = someKind().filter((object) => object.isIdle());
      if (idle.length > 0) pick(chance, idle).evict();
    },
    "object crashes": () => {
      const objects = someKind();
      if (objects.length > 0) pick(chance, objects).crash();
    },
    "calls between objects fail": ({ forMs }) => {
      runtime.calls.failures = 5 + chance() * 50;
      undoAfter(forMs, "calls arrive", () => {
        runtime.calls.failures = 0;
      });
    },
    "calls between objects are late": ({ forMs }) => {
      runtime.calls.most = 20 + chance() ** 2 * 5000;
      undoAfter(forMs, "calls are quick", () => {
        runtime.calls.most = reliableCalls.most;
      });
    },
    "isolate ends": () => runtime.endIsolate(),
    deployment: () => {
      for (const object of runtime.objects()) object.crash();
      runtime.endIsolate();
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

/** Faults of the objects' storage, to which their alarms belong. */
function storageFaults({ runtime }: Simulation, chance: () => number, undoAfter: UndoAfter) {
  const { writes, alarms } = runtime;
  return {
    "writes fail": ({ forMs }) => {
      writes.failures = 1 + chance() ** 2 * 60;
      undoAfter(forMs, "writes succeed", () => {
        writes.failures = 0;
      });
    },
    // Most often it is the Site object's, because the others store little.
    "storage is full": ({ forMs, loud }) => {
      const objects = runtime.objects();
      const object = loud ? runtime.find("SITE", "hq") : objects.length > 0 ? pick(chance, objects) : undefined;
      if (!object) return;
      object.sql.isFull = true;
      undoAfter(2 * forMs, "storage has room", () => {
        object.sql.isFull = false;
      });
    },
    "alarm is lost": () => runtime.find("SITE", "hq")?.loseAlarm(),
    "alarms are late": ({ forMs }) => {
      Object.assign(alarms, { lateMs: chance() ** 2 * maxLateMs, repeats: 100 * chance() });
      undoAfter(2 * forMs, "alarms are punctual", () => Object.assign(alarms, punctualAlarms));
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

/** Faults of the connectors' disks, which hold their spools. */
function spoolFaults({ connectors, uplink }: Simulation, undoAfter: UndoAfter) {
  return {
    // What the disk does not take is lost if the connector is killed before it is delivered, and is then reported.
    "disk is full": ({ forMs, loud }) => {
      diskFaults.isFull = true;
      undoAfter(2 * forMs, "disk has room", () => {
        diskFaults.isFull = false;
      });
      if (!loud) return;
      uplink.isDown = true;
      connectors.cut("uplink", "loud");
      undoAfter(forMs / 4, "connector is killed on a full disk", () => {
        const run = connectors.alive().at(-1);
        if (run) connectors.kill(run, "loud");
        connectors.start();
        uplink.isDown = false;
      });
    },
    "disk fails": ({ forMs }) => {
      diskFaults.isFailing = true;
      undoAfter(forMs, "disk works", () => {
        diskFaults.isFailing = false;
      });
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

/** The clocks of the platform's machines differ by so much at most. */
const stepMs = 1_000;

/** Clocks are set, and machines stand still for a while. The platform's is set by a little only: others follow it. */
function clockFaults({ clock, connectors, clients, pages, machines }: Simulation, chance: () => number) {
  const all = [...clients, ...pages];
  const ofConnector = () => connectors.alive().at(-1)?.process.machine;
  return {
    "connector's clock is set": () => {
      const machine = ofConnector();
      if (machine) machine.aheadMs = someOffset(chance);
    },
    "connector freezes": ({ forMs }) => {
      const machine = ofConnector();
      if (machine) machine.frozenUntil = clock.now() + forMs / 4;
    },
    "platform's clock is set": () => {
      machines.platform.aheadMs += someStep(chance);
    },
    "PBX freezes": ({ forMs }) => machines.pbx.freeze(clock.now(), 3 * forMs, false),
    "PBX freezes with its clock": ({ forMs }) => machines.pbx.freeze(clock.now(), 3 * forMs, true),
    "platform freezes": ({ forMs }) => {
      machines.platform.frozenUntil = clock.now() + forMs / 2;
    },
    // Its objects move to another machine, and back.
    "platform's clock steps": ({ pick: much }) => {
      machines.platform.aheadMs = stepMs * (2 * much - 1);
    },
    "client's clock is set": () => {
      pick(chance, all).machine.aheadMs = someOffset(chance);
    },
    "client freezes": ({ forMs }) => {
      pick(chance, all).machine.frozenUntil = clock.now() + forMs;
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

/** AP6: whoever has seen a ticket cannot use it after its client, whatever became of its object meanwhile. */
function ticketFaults({ runtime, clients }: Simulation, chance: () => number, onFound: (finding: string) => void) {
  const thief = createProcess("thief");
  return {
    "ticket is used again": ({ loud }) => {
      const client = pick(chance, clients);
      const url = client.usedTicket();
      if (url === null) return;
      if (loud) for (const object of runtime.objects()) if (object.kind === "TICKET") object.evict();
      const request = new Request(url, { headers: { upgrade: "websocket" } });
      void runtime.open(request, thief, { ...goodConditions }, "thief").then((opened) => {
        if ("status" in opened) return;
        opened.wire.cut("loud");
        onFound(`AP6: a ticket of ${client.role.name} was used twice`);
      });
    },
  } satisfies Partial<Record<FaultKind, FaultAction>>;
}

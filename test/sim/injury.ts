/** What a fault does to the world, what must hold in every second of it, and how all is made well at the end. */

import { createProcess } from "./clock.ts";
import type { Asked } from "./commander.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { calmCalls } from "./runtime/runtime.ts";
import { calm } from "./wire.ts";
import { pick, type World } from "./world.ts";

/** ST3: told within 45 s of a silent end, and a delivery's time. */
const stalenessMs = 60_000;

export type Injury = Readonly<{
  inflict: (fault: Fault) => void;
  inflicted: () => number;
  /** Broken promises, as sentences. */
  check: () => string[];
  heal: () => void;
  /** One connector is enough; who was superseded has had time to hand in what it owed. */
  retire: () => void;
  /** All that managers asked of Asterisk. */
  asked: () => readonly Asked[];
}>;

export function createInjury(world: World, chance: () => number): Injury {
  const { clock, pbx, connectors, runtime, clients, uplink, ami, paths } = world;
  const fate = createProcess("healing");
  const asked: Asked[] = [];
  const seen = new WeakSet<object>();
  let inflicted = 0;
  let isOver = false;
  let lastUplinkAt = 0;

  /** Undone after a while, unless all has been healed meanwhile. */
  const later = (ms: number, what: string, run: () => void) => {
    clock.after(ms, fate, what, () => {
      if (!isOver) run();
    });
  };

  const acts: Readonly<Record<FaultKind, (fault: Fault) => void>> = {
    "client cut": ({ loud }) => pick(chance, clients).cut(loud ? "loud" : "silent"),
    "client vanishes": ({ forMs }) => {
      const client = pick(chance, clients);
      client.cut("silent");
      client.weather.isDown = true;
      later(forMs, "client is back", () => {
        client.weather.isDown = false;
      });
    },
    "client stalls": ({ forMs }) => {
      pick(chance, clients).weather.stalledUntil = clock.now() + forMs;
    },
    "client reloads": () => pick(chance, clients).reload(),
    "client is slow": ({ forMs }) => {
      const { weather } = pick(chance, clients);
      weather.bytesPerMs = 0.2 + chance() * 2;
      later(forMs, "client is quick", () => {
        weather.bytesPerMs = Number.POSITIVE_INFINITY;
      });
    },
    "requests get lost": ({ forMs }) => {
      Object.assign(paths, { requestLoss: 30 * chance(), answerLoss: 30 * chance() });
      later(forMs, "requests arrive", () => Object.assign(paths, { requestLoss: 0, answerLoss: 0 }));
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
    "Asterisk restarts": ({ forMs }) => void clock.as(fate, () => pbx.restart(forMs / 4)),
    "connector is killed": ({ forMs, loud }) => {
      const life = connectors.alive().at(-1);
      if (!life) return;
      connectors.kill(life, loud ? "loud" : "silent");
      later(forMs * (loud ? 1 : 5), "connector starts", () => connectors.start());
    },
    "connector is restarted": ({ forMs }) => {
      const life = connectors.alive().at(-1);
      if (!life) return;
      connectors.stop(life);
      later(1500 + forMs / 8, "connector starts", () => connectors.start());
    },
    "second connector": () => {
      if (connectors.alive().length < 2) connectors.start();
    },
    // It is cut off, and lives on; the one that takes its place has heard nothing of what it could not tell.
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
        runtime.calls.most = calmCalls.most;
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
      asked.push({ action: (request.get("action") ?? "").toLowerCase(), text });
    }
  }

  return {
    inflict: (fault) => {
      inflicted++;
      acts[fault.kind](fault);
    },
    inflicted: () => inflicted,
    check: () => {
      noteActions();
      const now = clock.now();
      if (connectors.alive().length > 0) lastUplinkAt = now;
      if (now - lastUplinkAt < stalenessMs) return [];
      return clients.flatMap((client) => {
        const isReached =
          client.status() === "live" && client.weather.stalledUntil < now - 5000 && client.role.habit === "diligent";
        const link = client.subscribed().link();
        if (!isReached || link?.state !== "up" || Number.isFinite(client.weather.bytesPerMs)) return [];
        return [
          `${client.role.name}: ST3: there is no connector since ${lastUplinkAt.toFixed(0)}, and it was not told`,
        ];
      });
    },
    heal: () => {
      isOver = true;
      Object.assign(uplink, { ...calm, least: 5, most: 40 });
      Object.assign(ami, { ...calm, least: 0.1, most: 1 });
      Object.assign(paths, { requestLoss: 0, answerLoss: 0 });
      Object.assign(runtime.calls, calmCalls);
      for (const { weather } of clients) Object.assign(weather, calm);
      connectors.startAll();
    },
    retire: () => {
      for (const life of connectors.alive().slice(0, -1)) connectors.kill(life, "loud");
    },
    asked: () => {
      noteActions();
      return asked;
    },
  };
}

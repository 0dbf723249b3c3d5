/**
 * Module hooks: replace modules of Node and of the Workers runtime by the simulation's stand-ins, and patch the source
 * under test.
 */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { applyChanges, defects } from "./change.ts";
import type { Change } from "./defect.ts";
import { lowLimits } from "./low-limits.ts";

const root = new URL("../../", import.meta.url).href;

/** In reality each connector is a process of its own, which remembers when it began. */
const ownClock: Change = {
  file: "connector/src/util/clock.ts",
  from: "  start ??= Date.now() - steadyNow();\n",
  to: "  start = (globalThis as unknown as { simulatedStart: () => number }).simulatedStart();\n",
};

/** `file` replaces the module `specifier` for importers below `within`. */
const standIns = [
  { specifier: "cloudflare:workers", within: "worker/", file: "runtime/workers.ts" },
  { specifier: "ws", within: "connector/", file: "net/ws.ts" },
  { specifier: "node:net", within: "connector/", file: "net/tcp.ts" },
  { specifier: "node:fs", within: "connector/src/uplink/", file: "net/disk.ts" },
  { specifier: "node:net", within: "test/pbx/", file: "net/tcp.ts" },
  { specifier: "node:crypto", within: "connector/", file: "net/crypto.ts" },
  { specifier: "node:crypto", within: "test/pbx/", file: "net/crypto.ts" },
  { specifier: "./process.ts", within: "connector/src/watch/", file: "net/process.ts" },
] as const;

export function registerSimulation({ isLow, defect }: Readonly<{ isLow: boolean; defect: string | null }>): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const standIn = standIns.find(
        (one) => one.specifier === specifier && context.parentURL?.startsWith(`${root}${one.within}`),
      );
      return standIn ? next(new URL(standIn.file, import.meta.url).href, context) : next(specifier, context);
    },
  });
  const changes: Change[] = [ownClock, ...(isLow ? lowLimits : []), ...defects.filter(({ name }) => name === defect)];
  if (defect !== null && !defects.some(({ name }) => name === defect)) throw new Error(`no such defect: ${defect}`);
  registerChanges(changes);
}

function registerChanges(changes: readonly Change[]): void {
  const files = new Set(changes.map(({ file }) => file));
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      const file = url.startsWith(root) ? url.slice(root.length) : "";
      if (!files.has(file)) return loaded;
      if (loaded.source === undefined || loaded.source === null) throw new Error(`no source of ${fileURLToPath(url)}`);
      const source = applyChanges(file, Buffer.from(loaded.source as Uint8Array).toString(), changes);
      return { ...loaded, source };
    },
  });
}

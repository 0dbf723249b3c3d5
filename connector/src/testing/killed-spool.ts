/**
 * A process that uses a spool and is killed by SIGKILL before, in the middle of, or after its Nth operation on the
 * disk. Arguments: the file, `before`, `within` or `after`, and N. Without N it is not killed.
 *
 * It prints on stdout, one a line, the ids that any later process must find, each time that this changes; and at the
 * end how many operations there were.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [, , path = "", when, nth = "0"] = process.argv;
let operations = 0;

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Node's function, counted. Half of a write is what a process that dies within it leaves. */
function counted<Name extends "write" | "ftruncate" | "fsync" | "rename" | "open">(name: Name): void {
  const original = fs[name] as (...args: unknown[]) => void;
  const patched = (...args: unknown[]) => {
    if (++operations !== Number(nth)) return original(...args);
    if (when === "within" && name === "write") {
      const [file, bytes, , length, position] = args as [number, Uint8Array, number, number, number];
      fs.writeSync(file, bytes, 0, length >> 1, position);
    }
    if (when !== "after") return die();
    const done = args.at(-1) as (...results: unknown[]) => void;
    return original(...args.slice(0, -1), (...results: unknown[]) => {
      die();
      done(...results);
    });
  };
  Object.assign(fs, { [name]: patched });
}

for (const name of ["write", "ftruncate", "fsync", "rename", "open"] as const) counted(name);
syncBuiltinESMExports();

const { openSpool } = await import("../uplink/spool/spool.ts");
const { occurrence } = await import("./uplink-samples.ts");

const spool = openSpool(path, { log: () => {}, now: () => 0 });
let waiting: string[] = [];

async function mustHave(ids: readonly string[]): Promise<void> {
  await spool.settled();
  fs.writeSync(1, `${JSON.stringify(ids)}\n`);
}

/** The site needs these no more; from here on the next process may or may not have them. */
function acknowledge(count: number): void {
  waiting = waiting.slice(count);
  fs.writeSync(1, `${JSON.stringify(waiting)}\n`);
}

for (let round = 0; round < 2; round++) {
  const ids = Array.from({ length: 6 }, (_, index) => `${round}.${index}`);
  for (const id of ids) {
    spool.append([occurrence(id)]);
    waiting.push(id);
    await mustHave(waiting);
  }
  acknowledge(3);
  // As the keeper does when the file has grown too large.
  spool.replace({ events: waiting.map(occurrence), lost: 0 });
  await mustHave(waiting);
  spool.append([occurrence(`${round}.late`)]);
  waiting.push(`${round}.late`);
  await mustHave(waiting);
  if (round > 0) continue;
  acknowledge(waiting.length);
  spool.empty();
  await mustHave([]);
}
await spool.stop();
fs.writeSync(1, `operations ${operations}\n`);

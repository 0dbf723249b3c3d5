/**
 * The worker as a process of its own, so that it can be killed with its workerd at once: `node edge-process.ts PORT FOLDER`. Storage stays in
 * FOLDER. Prints `ready`.
 */
import { startEdge } from "../harness/worker.ts";

const [port = "", folder = ""] = process.argv.slice(2);
await startEdge({ port: Number(port), folder });
process.stdout.write("ready\n");

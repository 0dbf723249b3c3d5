/**
 * The worker as a process of its own, so that it can be killed together with its workerd: `node worker-process.ts PORT
 * FOLDER`. The storage is kept in FOLDER. Prints `ready` when it accepts requests.
 */
import { startEdge } from "../harness/worker.ts";

const [port = "", folder = ""] = process.argv.slice(2);
await startEdge({ port: Number(port), folder });
process.stdout.write("ready\n");

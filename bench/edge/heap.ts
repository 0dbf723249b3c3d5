/** Asks an isolate of workerd for the size of its JavaScript heap. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

const rounds = 6;
const roundMs = 300;

/**
 * The least size over two seconds, in bytes: with as little garbage as possible. `inspector` is the isolate's address for
 * debuggers.
 */
export async function heapOf(inspector: URL): Promise<number> {
  const socket = new WebSocket(inspector, { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 });
  await once(socket, "open");
  const answers = new Map<number, (result: { usedSize: number }) => void>();
  socket.on("message", (data) => {
    const { id, result } = JSON.parse(String(data));
    answers.get(id)?.(result);
  });
  const send = (id: number, method: string) => socket.send(JSON.stringify({ id, method }));
  const usage = (id: number) =>
    new Promise<number>((resolve) => {
      answers.set(id, ({ usedSize }) => resolve(usedSize));
      send(id, "Runtime.getHeapUsage");
    });
  const sizes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    sizes.push(await usage(2 * round));
    // Neither always answered nor always done at once.
    send(2 * round + 1, "HeapProfiler.collectGarbage");
    await sleep(roundMs);
  }
  socket.terminate();
  return Math.min(...sizes);
}

/** The other end of `load.ts`. */
import { type ChildProcess, fork } from "node:child_process";
import type { LoadAnswer, LoadRequest } from "./load.ts";

export type Loader = Readonly<{
  pid: number;
  ask: <Kind extends LoadAnswer["kind"]>(
    request: LoadRequest,
    kind: Kind,
  ) => Promise<Extract<LoadAnswer, { kind: Kind }>>;
  stop: () => void;
}>;

type Reply = Readonly<{ id: number; answer?: LoadAnswer; error?: string }>;

export function startLoader(): Loader {
  const child: ChildProcess = fork(new URL("load.ts", import.meta.url), { execArgv: ["--no-warnings"] });
  const pending = new Map<number, (reply: Reply) => void>();
  let nextId = 1;
  child.on("message", (message) => {
    const reply = message as Reply;
    pending.get(reply.id)?.(reply);
    pending.delete(reply.id);
  });
  return {
    pid: child.pid ?? 0,
    ask: async (request, kind) => {
      const id = nextId++;
      const reply = await new Promise<Reply>((resolve) => {
        pending.set(id, resolve);
        child.send({ id, request });
      });
      const { answer, error } = reply;
      if (answer?.kind !== kind) throw new Error(`the clients: ${error ?? answer?.kind}`);
      return answer as Extract<LoadAnswer, { kind: typeof kind }>;
    },
    stop: () => child.kill(),
  };
}

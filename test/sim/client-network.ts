/** The network between a client and the worker: requests and sockets that are delayed, lost, cut or read slowly. */
import type { Fetch, HttpResponse, SocketConstructor } from "../../shared/src/client/platform.ts";
import { type Clock, createProcess, type Process } from "./clock.ts";
import { broken, type Closing, type Conditions, type Data, type Wire, type WireEnd } from "./wire.ts";

export type Opened = Readonly<{ end: WireEnd; wire: Wire }>;

/** The worker as its clients see it. */
export type Edge = Readonly<{
  fetch: (request: Request) => Promise<Response>;
  /** Opens a WebSocket, or returns the status of the refusal. `end` is the caller's end of `wire`. */
  open: (
    request: Request,
    caller: Process,
    conditions: Conditions,
    name: string,
  ) => Promise<Opened | Readonly<{ status: number }>>;
  /** The same for a response whose body is sent as it comes. */
  stream: Edge["open"];
}>;

/** The percentages of requests and of responses that are lost. */
export type Losses = { requestLoss: number; answerLoss: number };

export type NetworkOptions = Readonly<{
  clock: Clock;
  chance: () => number;
  process: Process;
  conditions: Conditions;
  losses: Losses;
  edge: Edge;
}>;

/** The part of AbortController that the client uses. */
export type Abort = { isAborted: boolean; onAbort: () => void };

/** A lost request fails after at most this time. */
const lostMs = 4000;

export function createFetch({ clock, chance, process, conditions, losses, edge }: NetworkOptions): Fetch {
  const worker = createProcess("platform");
  const latency = () =>
    conditions.least +
    chance() * (conditions.most - conditions.least) +
    Math.max(0, conditions.stalledUntil - clock.now());
  const isLost = (hundredth: number) => conditions.isDown || chance() * 100 < hundredth;

  return (url, { method = "GET", headers, body, signal }) =>
    new Promise<HttpResponse>((resolve, reject) => {
      const abort = signal as unknown as Abort | undefined;
      const fail = () => reject(new Error("the network is gone"));
      if (abort) abort.onAbort = fail;
      if (abort?.isAborted) return fail();
      if (isLost(losses.requestLoss)) return void clock.after(lostMs * chance(), process, "request lost", fail);
      clock.after(latency(), worker, `${method} ${new URL(url).pathname}`, () => {
        void answer(new Request(url, { method, headers, ...(body !== undefined && { body }) }));
      });

      async function answer(request: Request): Promise<void> {
        const response = await edge.fetch(request).catch(() => null);
        const text = response && (await response.text());
        if (!response || isLost(losses.answerLoss))
          return void clock.after(lostMs * chance(), process, "answer lost", fail);
        clock.after(latency(), process, `answer ${response.status}`, () =>
          resolve({ status: response.status, text: async () => text ?? "", body: null }),
        );
      }
    });
}

/** How the simulated page observes and restricts the sockets of the client library. */
export type SocketHabits = Readonly<{
  onOpened: (opened: Opened, url: string) => void;
  onText: (text: string) => void;
  /** False suppresses a message of the client, so that it never acknowledges. */
  maySend: (text: string) => boolean;
}>;

export function createSocketClass(
  { process, conditions, edge }: NetworkOptions,
  habits: SocketHabits,
): SocketConstructor {
  return class SimulatedSocket {
    onmessage: ((event: never) => void) | null = null;
    onclose: ((event: never) => void) | null = null;
    onerror: ((event: never) => void) | null = null;
    #opened: Opened | null = null;
    #isOver = false;

    constructor(url: string) {
      const request = new Request(url.replace(/^ws/, "http"), { headers: { upgrade: "websocket" } });
      void this.#open(request);
    }

    send(text: string): void {
      if (this.#opened && !this.#isOver && habits.maySend(text)) this.#opened.end.send(text);
    }

    close(): void {
      this.#opened?.end.close({ code: 1000, reason: "" });
      this.#end({ code: 1000, reason: "" });
    }

    async #open(request: Request): Promise<void> {
      const opened = conditions.isDown
        ? null
        : await edge.open(request, process, conditions, `client ${process.name}`).catch(() => null);
      const isOpen = opened !== null && "end" in opened;
      if (this.#isOver && isOpen) return opened.end.close({ code: 1000, reason: "" });
      if (!isOpen) return this.#end(broken);
      this.#opened = opened;
      opened.end.onData = (data) => this.#receive(data);
      opened.end.onClose = (closing) => {
        if (closing.code !== broken.code) opened.end.close(closing);
        this.#end(closing);
      };
      habits.onOpened(opened, request.url);
    }

    #receive(data: Data): void {
      if (this.#isOver) return;
      const text = String(data);
      if (text !== "pong") habits.onText(text);
      this.onmessage?.({ data: text } as never);
    }

    #end(closing: Closing): void {
      if (this.#isOver) return;
      this.#isOver = true;
      this.onclose?.(closing as never);
    }
  };
}

/** A runtime with one toy object, for tests of the simulated runtime: the object records its calls in storage. */
import { createRandom } from "../../harness/random.ts";
import type { Opened } from "../client-network.ts";
import { type Clock, createClock, createProcess } from "../clock.ts";
import { type Data, goodConditions } from "../wire.ts";
import { createRuntime, type Runtime, type WorkerModule } from "./runtime.ts";
import { ClientSocket, ServerSocket, SocketPair } from "./socket.ts";
import type { createStorage } from "./storage.ts";

type Context = Readonly<{
  storage: ReturnType<typeof createStorage>;
  acceptWebSocket: (socket: ServerSocket) => void;
  getWebSockets: () => readonly ServerSocket[];
  setWebSocketAutoResponse: (pair: Readonly<{ request: string; response: string }>) => void;
  getWebSocketAutoResponseTimestamp: (socket: ServerSocket) => Date | null;
}>;

/** Records its calls and events in storage, so that a test can read their order. */
export class Toy {
  readonly #ctx: Context;
  readonly #released: Promise<void>;
  #inMemory = 0;

  constructor(ctx: Context, released: Promise<void>) {
    this.#ctx = ctx;
    this.#released = released;
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT) STRICT");
    ctx.setWebSocketAutoResponse({ request: "ping", response: "pong" });
    this.#note("wakes");
  }

  async note(text: string): Promise<number> {
    this.#note(text);
    return ++this.#inMemory;
  }

  async fail(): Promise<void> {
    throw new Error("as requested");
  }

  /** Continues when the test releases it, even if its activation has ended. */
  async hold(): Promise<void> {
    this.#note("holds");
    await this.#released;
    this.#note("released");
  }

  async ringAt(at: number): Promise<void> {
    await this.#ctx.storage.setAlarm(at);
  }

  /** Fails the first time. */
  async alarm(): Promise<void> {
    const isFirst = !this.notes().some((text) => text.startsWith("rings"));
    this.#note(`rings, next ${await this.#ctx.storage.getAlarm()}`);
    if (isFirst) throw new Error("the first alarm fails");
  }

  async fetch(): Promise<Response> {
    const server = new ServerSocket();
    this.#ctx.acceptWebSocket(server);
    server.serializeAttachment({ from: "before" });
    return Object.assign(new Response(null), { webSocket: new ClientSocket(server) });
  }

  webSocketMessage(socket: ServerSocket, message: Data): void {
    this.#note(`received ${message} with ${JSON.stringify(socket.deserializeAttachment())}`);
    if (message === "close me") socket.close(4000, "as requested");
    else socket.send(`echo ${message}`);
  }

  webSocketClose(_socket: ServerSocket, code: number): void {
    this.#note(`closed ${code}`);
  }

  async attach(bytes: number): Promise<void> {
    this.#ctx.getWebSockets()[0]?.serializeAttachment("x".repeat(bytes));
  }

  async pinged(): Promise<(number | null)[]> {
    return this.#ctx
      .getWebSockets()
      .map((socket) => this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null);
  }

  notes(): string[] {
    return this.#ctx.storage.sql
      .exec("SELECT text FROM note ORDER BY id")
      .toArray()
      .map(({ text }) => String(text));
  }

  #note(text: string): void {
    this.#ctx.storage.sql.exec("INSERT INTO note (text) VALUES (?)", text);
  }
}

type ToyStub = Readonly<{
  note: (text: string) => Promise<number>;
  fail: () => Promise<void>;
  hold: () => Promise<void>;
  ringAt: (at: number) => Promise<void>;
  attach: (bytes: number) => Promise<void>;
  pinged: () => Promise<(number | null)[]>;
  fetch: (request: Request) => Promise<Response>;
}>;
type ToyEnv = Readonly<{ SITE: Readonly<{ getByName: (name: string) => ToyStub }> }>;

export const beginning = Date.UTC(2026, 0, 5, 8);

export type ToySetup = Readonly<{
  clock: Clock;
  runtime: Runtime;
  /** A new stub each time. */
  stub: () => ToyStub;
  object: () => NonNullable<ReturnType<Runtime["find"]>>;
  notes: () => string[];
  /** Lets `hold` continue. */
  release: () => void;
  /** Opens a client's connection. `received`: its messages, and `closed CODE` when it ends. */
  connect: (path?: "relayed") => Promise<Opened & Readonly<{ received: string[] }>>;
  advance: (ms: number) => Promise<void>;
}>;

/** The worker holds the object's socket, and relays it to one of its own. */
function relay(response: Response): Response {
  const inner: ClientSocket = Reflect.get(response, "webSocket");
  const { 0: client, 1: server } = new SocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => inner.send(String(data)));
  inner.addEventListener("close", ({ code }) => server.send(`the object closed ${code}`));
  inner.accept();
  return Object.assign(new Response(null), { webSocket: client });
}

export async function createToySetup(seed = 1): Promise<ToySetup> {
  const clock = createClock();
  const chance = createRandom(seed);
  let env: ToyEnv | undefined;
  const gate = Promise.withResolvers<void>();
  class HeldToy extends Toy {
    constructor(ctx: Context) {
      super(ctx, gate.promise);
    }
  }
  const module = {
    default: {
      fetch: async (request: Request, given: ToyEnv) => {
        env = given;
        const { pathname } = new URL(request.url);
        if (pathname === "/never") return new Promise(() => {});
        if (request.headers.get("upgrade") === null) return new Response();
        const response = await given.SITE.getByName("toy").fetch(request);
        return pathname === "/relayed" ? relay(response) : response;
      },
    },
    SiteObject: HeldToy,
  } as unknown as WorkerModule;
  const runtime = createRuntime({ clock, chance, bodyChance: chance, beginning, module, settings: {} });
  const client = createProcess("client");
  const advance = (ms: number) => clock.run(clock.now() + ms);
  // The worker receives the namespaces with its first request.
  void runtime.fetch(new Request("https://edge.simulated/"));
  await advance(1);
  const stub = () => (env as ToyEnv).SITE.getByName("toy");
  const object = () => {
    const found = runtime.find("SITE", "toy");
    if (!found) throw new Error("the object has not been called yet");
    return found;
  };
  const notes = () =>
    object()
      .sql.exec("SELECT text FROM note ORDER BY id")
      .toArray()
      .map(({ text }) => String(text));

  const release = () => void clock.after(0, client, "releases", gate.resolve);

  async function connect(path = ""): Promise<Opened & Readonly<{ received: string[] }>> {
    const request = new Request(`https://edge.simulated/${path}`, { headers: { upgrade: "websocket" } });
    const opening = runtime.open(request, client, { ...goodConditions }, "client");
    await advance(100);
    const opened = await opening;
    if (!("end" in opened)) throw new Error(`refused with ${opened.status}`);
    const received: string[] = [];
    opened.end.onData = (data) => void received.push(String(data));
    opened.end.onClose = ({ code }) => void received.push(`closed ${code}`);
    return { ...opened, received };
  }

  return { clock, runtime, stub, object, notes, release, connect, advance };
}

/**
 * The platform's functions that the client uses: only what browsers, Node ≥ 20 and Workers have in common. The types
 * are the client's own, so it compiles for each of them without the type definitions of the others. Tests pass their
 * own platform.
 */

export type HttpResponse = Readonly<{
  status: number;
  text: () => Promise<string>;
  body: Readonly<{ getReader: () => ByteReader }> | null;
}>;
export type ByteReader = Readonly<{
  read: () => Promise<Readonly<{ done: boolean; value?: Uint8Array | undefined }>>;
}>;
export type HttpRequest = Readonly<{
  method?: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** An AbortSignal; `never` is assignable to the parameter of every platform's `fetch`. */
  signal?: never;
}>;
export type Fetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;

/** The events are `never`, so that handlers of every platform are assignable; stream.ts states the fields it reads. */
export type Socket = {
  send: (text: string) => void;
  close: () => void;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
};
export type SocketConstructor = new (url: string) => Socket;

export type Platform = Readonly<{
  fetch: Fetch;
  /** Undefined in Node 20, where streams then use server-sent events. */
  WebSocket: SocketConstructor | undefined;
  /** A steady clock in ms, such as `performance.now()`. */
  now: () => number;
  /** A random number in [0, 1). */
  random: () => number;
  /** Calls `run` once after `ms`. The returned function cancels that. */
  setTimer: (ms: number, run: () => void) => () => void;
  /** A unique id, such as a UUID. */
  randomId: () => string;
  /** A streaming UTF-8 decoder: takes the bytes in arbitrary pieces, and no bytes at the end. */
  newDecoder: () => (bytes?: Uint8Array) => string;
  newAbort: () => Readonly<{ signal: never; abort: () => void }>;
  /**
   * Calls `wake` when the network is back and when a hidden page is shown again, after which connections are often
   * dead. The returned function ends that. On platforms without such events it is never called.
   */
  onWake: (wake: () => void) => () => void;
  /** Reports an error that one of the caller's handlers has thrown. */
  reportError: (error: unknown) => void;
}>;

type Listen = (type: string, listener: () => void) => void;

type Globals = {
  fetch: Fetch;
  WebSocket?: SocketConstructor;
  performance: { now: () => number };
  setTimeout: (run: () => void, ms: number) => unknown;
  clearTimeout: (timer: unknown) => void;
  crypto: { randomUUID: () => string };
  AbortController: new () => { signal: never; abort: () => void };
  /** Node has none. There, an uncaught error would end the process. */
  reportError?: (error: unknown) => void;
  console: { error: (error: unknown) => void };
  /** Only in pages and their workers. */
  addEventListener?: Listen;
  removeEventListener?: Listen;
  document?: { addEventListener: Listen; removeEventListener: Listen; visibilityState: string };
  TextDecoder: new () => { decode: (bytes?: Uint8Array, options?: { stream: boolean }) => string };
};

/** The current platform's functions, replaced by those in `given`. */
export function platformOf(given: Partial<Platform> = {}): Platform {
  const globals = globalThis as unknown as Globals;
  return {
    fetch: (url, request) => globals.fetch(url, request),
    WebSocket: globals.WebSocket,
    now: () => globals.performance.now(),
    random: Math.random,
    setTimer: (ms, run) => {
      const timer = globals.setTimeout(run, ms);
      return () => globals.clearTimeout(timer);
    },
    randomId: () => globals.crypto.randomUUID(),
    newAbort: () => {
      const controller = new globals.AbortController();
      return { signal: controller.signal, abort: () => controller.abort() };
    },
    onWake: (wake) => listenForWake(globals, wake),
    reportError: (error) => (globals.reportError ? globals.reportError(error) : globals.console.error(error)),
    newDecoder: () => {
      const decoder = new globals.TextDecoder();
      return (bytes) => decoder.decode(bytes, { stream: bytes !== undefined });
    },
    ...given,
  };
}

function listenForWake({ addEventListener, removeEventListener, document }: Globals, wake: () => void): () => void {
  const onVisible = (): void => {
    if (document?.visibilityState === "visible") wake();
  };
  addEventListener?.("online", wake);
  document?.addEventListener("visibilitychange", onVisible);
  return () => {
    removeEventListener?.("online", wake);
    document?.removeEventListener("visibilitychange", onVisible);
  };
}

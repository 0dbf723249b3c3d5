/**
 * What the client needs of its surroundings, as little as browsers, Node ≥ 20 and Workers have in common; so it compiles for each of them
 * without the types of the others. Tests bring their own.
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
  /** An AbortSignal, by a type that every platform's `fetch` takes for its own. */
  signal?: never;
}>;
export type Fetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;

/** Events are `never`, so that every platform's handlers are such; what is in them is said where they are set. */
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
  /** Absent in Node 20: then streams come as server-sent events. */
  WebSocket: SocketConstructor | undefined;
  /** Steady, in ms. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  /** Runs `run` once after `ms`, unless the function that it gives is called before. */
  setTimer: (ms: number, run: () => void) => () => void;
  randomId: () => string;
  /** UTF-8, whatever the cuts of the bytes; without bytes: the end. */
  newDecoder: () => (bytes?: Uint8Array) => string;
  newAbort: () => Readonly<{ signal: never; abort: () => void }>;
  /** What a handler of the page has thrown. */
  reportError: (error: unknown) => void;
}>;

type Globals = {
  fetch: Fetch;
  WebSocket?: SocketConstructor;
  performance: { now: () => number };
  setTimeout: (run: () => void, ms: number) => unknown;
  clearTimeout: (timer: unknown) => void;
  crypto: { randomUUID: () => string };
  AbortController: new () => { signal: never; abort: () => void };
  /** Node has none; there an error that nobody catches would end the process. */
  reportError?: (error: unknown) => void;
  console: { error: (error: unknown) => void };
  TextDecoder: new () => { decode: (bytes?: Uint8Array, options?: { stream: boolean }) => string };
};

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
    reportError: (error) => (globals.reportError ? globals.reportError(error) : globals.console.error(error)),
    newDecoder: () => {
      const decoder = new globals.TextDecoder();
      return (bytes) => decoder.decode(bytes, { stream: bytes !== undefined });
    },
    ...given,
  };
}

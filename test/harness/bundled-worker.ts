/** A worker that is one module, in workerd without wrangler's proxy. Its storage is on disk, as in production. */
import { Log, LogLevel, Miniflare } from "miniflare";

/** `objects`: the class of each binding of Durable Objects. */
export type BundledWorker = Readonly<{
  contents: string;
  objects: Readonly<Record<string, string>>;
  /**
   * The same for objects that store nothing. Their storage is in memory, so that they open no files, and they have an
   * isolate of their own.
   */
  emptyObjects?: Readonly<Record<string, string>>;
  vars: Readonly<Record<string, string>>;
  /** Where the storage is. A later worker on the same folder finds it again. */
  folder: string;
  /** 0: a free one. */
  port: number;
  /** A module around `contents`, given the name of that. */
  around?: (module: string) => string;
  /** Whether `inspector` is served. */
  isInspected?: boolean;
}>;

/** That of the worker, or that of its empty objects. */
export type Isolate = "worker" | "emptyObjects";

type Running = Readonly<{
  url: URL;
  /** The address for debuggers. */
  inspector: (isolate: Isolate) => Promise<URL>;
  stop: () => Promise<void>;
}>;

const names: Readonly<Record<Isolate, string>> = { worker: "bundled", emptyObjects: "bundled-empty" };

export async function startBundledWorker(worker: BundledWorker): Promise<Running> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const { objects, emptyObjects = {} } = worker;
  const bindingsOf = (name: string, classes: Readonly<Record<string, string>>) =>
    Object.entries(classes).map(
      ([binding, exportName]) => [binding, { type: "durable-object", worker: name, exportName }] as const,
    );
  const env = Object.fromEntries([
    ...bindingsOf(names.worker, objects),
    ...bindingsOf(names.emptyObjects, emptyObjects),
    ...Object.entries(worker.vars).map(([variable, value]) => [variable, { type: "text", value }] as const),
  ]);
  const esm = (contents: string) => ({ type: "esm", contents }) as const;
  const modules = worker.around
    ? { "main.js": esm(worker.around("index.js")), "index.js": esm(worker.contents) }
    : { "main.js": esm(worker.contents) };
  const configOf = (name: string, classes: Readonly<Record<string, string>>) => ({
    name,
    compatibilityDate: "2026-11-17",
    manifest: { mainModule: "main.js", modules },
    env,
    exports: Object.fromEntries(
      Object.values(classes).map((exportName) => [exportName, { type: "durable-object", storage: "sqlite" } as const]),
    ),
  });
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: worker.port,
    cf: false,
    log: new Log(LogLevel.ERROR),
    logRequests: false,
    resourcePersistencePath: worker.folder,
    ...(worker.isInspected && { inspectorPort: 0 }),
    workers: [
      { config: configOf(names.worker, objects) },
      ...(worker.emptyObjects
        ? [{ config: configOf(names.emptyObjects, emptyObjects), dev: { unsafeEphemeralDurableObjects: true } }]
        : []),
    ],
  });
  return {
    url: await miniflare.ready,
    inspector: async (isolate) => new URL(`/core:user:${names[isolate]}`, await miniflare.getInspectorURL()),
    stop: () => miniflare.dispose(),
  };
}

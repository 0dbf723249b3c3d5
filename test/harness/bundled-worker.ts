/** A worker that is one module, in workerd without wrangler's proxy. Its storage is on disk, as in production. */
import { Log, LogLevel, Miniflare } from "miniflare";

/** `objects`: the class of each binding of Durable Objects. */
export type BundledWorker = Readonly<{
  contents: string;
  objects: Readonly<Record<string, string>>;
  vars: Readonly<Record<string, string>>;
  /** Where the storage is. A later worker on the same folder finds it again. */
  folder: string;
  /** 0: a free one. */
  port: number;
}>;

const name = "bundled";

export async function startBundledWorker(
  worker: BundledWorker,
): Promise<Readonly<{ url: URL; stop: () => Promise<void> }>> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const objects = Object.entries(worker.objects);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: worker.port,
    cf: false,
    log: new Log(LogLevel.ERROR),
    logRequests: false,
    resourcePersistencePath: worker.folder,
    workers: [
      {
        config: {
          name,
          compatibilityDate: "2026-11-17",
          manifest: { mainModule: "index.js", modules: { "index.js": { type: "esm", contents: worker.contents } } },
          env: {
            ...Object.fromEntries(
              objects.map(([binding, exportName]) => [
                binding,
                { type: "durable-object", worker: name, exportName } as const,
              ]),
            ),
            ...Object.fromEntries(
              Object.entries(worker.vars).map(([variable, value]) => [variable, { type: "text", value } as const]),
            ),
          },
          exports: Object.fromEntries(
            objects.map(([, exportName]) => [exportName, { type: "durable-object", storage: "sqlite" } as const]),
          ),
        },
      },
    ],
  });
  return { url: await miniflare.ready, stop: () => miniflare.dispose() };
}

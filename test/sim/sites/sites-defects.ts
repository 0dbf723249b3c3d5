/** Deliberate defects of streams of several sites (AP15), each of which the simulation must detect. */
import type { Defect } from "../defect.ts";

export const sitesDefects: readonly Defect[] = [
  {
    name: "the position in several sites is that of one of them",
    mechanism: "several sites: cursors",
    file: "worker/src/sites/merged.ts",
    from: "return encodeCursors(this.#cursors);",
    to: "return encodeCursors([...this.#cursors].slice(0, 1));",
  },
  {
    name: "a client keeps the states of all sites as those of one",
    mechanism: "several sites: snapshots",
    file: "shared/src/client/sites.ts",
    from: "const feeds = new Map(sites.map((site) => [site, new Feed()]));",
    to: "const one = new Feed(); const feeds = new Map(sites.map((site) => [site, one]));",
  },
  {
    name: "while two sites have frames, only the first of each is sent",
    mechanism: "several sites: turns",
    file: "worker/src/sites/fair-queue.ts",
    from: "if (items) items.push(item);",
    to: "if (items) { if (this.#bySite.size === 1) items.push(item); }",
  },
  {
    name: "a site whose stream breaks ends the stream of all",
    mechanism: "several sites: one site's trouble",
    file: "worker/src/sites/feed-reader.ts",
    from: "if (reason) this.#end(reason);",
    to: 'this.#end(reason ?? "resume_now");',
  },
  {
    name: "acknowledgements do not reach the site",
    mechanism: "several sites: windows",
    file: "worker/src/sites/merged.ts",
    from: "this.#readers.get(site)?.acknowledge(cursor);",
    to: "void cursor;",
  },
];

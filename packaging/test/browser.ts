/** `@pbxis/client` in a real Chromium, as npm installs it: in a page, and in a web worker of that page. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { launchChromium } from "../../test/browser/chromium.ts";
import { mintToken } from "../../test/harness/token.ts";
import type { Check } from "./check.ts";
import type { Installed } from "./installed.ts";

/** The states of a site, as soon as there are any. Runs in the page and in the worker. */
const look = `async function look({ url, site, token }) {
  const { connectSite } = await import("/client.js");
  const hq = connectSite({ url, site, token });
  const queues = await new Promise((resolve) => {
    const board = hq.subscribe({ agents: "*", queues: "*" }, { onLink: () => resolve(board.state.queues().length) });
  });
  return { queues, name: (await hq.status()).site };
}`;
const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/": ["text/html", `<!doctype html><title>client</title><script>${look}</script>`],
  "/worker.js": ["text/javascript", `${look}\nonmessage = async ({ data }) => postMessage(await look(data));`],
};

export function browserChecks(folder: string, { place, site }: Installed): readonly Check[] {
  return [
    [
      "it receives the site's states in a page and in a web worker of a browser",
      async () => {
        const client = await readFile(join(folder, "node_modules/@pbxis/client/index.js"));
        const server = createServer(({ url = "" }, response) => {
          const [type, text] = url === "/client.js" ? ["text/javascript", client] : (files[url] ?? ["text/plain", ""]);
          response.writeHead(200, { "content-type": type }).end(text);
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        const browser = await launchChromium();
        try {
          const page = await browser.newPage();
          await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
          const address = JSON.stringify({ url: place.edgeUrl.href, site, token: await mintToken({ site }) });
          const inWorker = `new Promise((resolve, reject) => {
            const worker = new Worker("/worker.js");
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.postMessage(${address});
          })`;
          for (const expression of [`look(${address})`, inWorker]) {
            const seen = (await page.evaluate(expression)) as { queues: number; name: string };
            assert.ok(seen.queues > 0 && seen.name === site, `it has seen ${JSON.stringify(seen)}`);
          }
        } finally {
          await browser.close();
          server.close();
        }
      },
    ],
  ];
}

/** The pages at `/docs` (AP9), made of the two descriptions of the interface. Pure. */
import { asyncApi } from "../../src/describe/asyncapi.ts";
import { openApi } from "../../src/describe/openapi.ts";
import { type Html, html } from "./html.ts";
import { httpPage, type OpenApi } from "./http-page.ts";
import { meaningsIn } from "./meanings.ts";
import { type AsyncApi, streamPage } from "./stream-page.ts";

const pages = [
  { path: "docs/http", title: "HTTP" },
  { path: "docs/stream", title: "Streams" },
] as const;

/**
 * By their path without `.html`. `style` is the path of the style sheet, `icon` that of the icon. `protocol` is the text
 * of PROTOCOL.md, which says what fields mean.
 */
export function docsPages(
  files: Readonly<{ style: string; icon: string }>,
  protocol: string,
): ReadonlyMap<string, string> {
  const meanings = meaningsIn(protocol);
  const http = httpPage(openApi() as OpenApi, meanings);
  const stream = streamPage(asyncApi(new URL("https://worker.example")) as AsyncApi, meanings);
  return new Map([
    ["docs", pageOf("docs", "The interface", overview, files)],
    ["docs/http", pageOf("docs/http", "The HTTP interface", http, files)],
    ["docs/stream", pageOf("docs/stream", "Streams, uplink and webhooks", stream, files)],
  ]);
}

const overview = html`<p>This worker shows the queues and agents of Asterisk live, and takes commands to them. Everything below
<code>/v1</code> needs a token: <code>Authorization: Bearer …</code>. Errors are JSON with a <code>code</code> for programs
and a <code>message</code> for people.</p>
<ul>
<li><a href="/docs/http">HTTP</a>: every path, its parameters, bodies, answers and refusals. For programs:
<a href="/openapi.json"><code>/openapi.json</code></a>.</li>
<li><a href="/docs/stream">Streams</a>: the frames of the event streams, the messages of webhooks, and the uplink of connectors.
For programs: <a href="/asyncapi.json"><code>/asyncapi.json</code></a>.</li>
</ul>
<p>Ids such as AP1 are rules of <code>PROTOCOL.md</code>, which comes with the source.</p>`;

function pageOf(
  path: string,
  title: string,
  content: Html,
  { style, icon }: Readonly<{ style: string; icon: string }>,
): string {
  const links = pages.map((page) =>
    page.path === path
      ? html`<a href="/${page.path}" aria-current="page">${page.title}</a>`
      : html`<a href="/${page.path}">${page.title}</a>`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · pbxis</title>
<link rel="icon" href="${icon}" type="image/svg+xml">
<link rel="stylesheet" href="${style}">
</head>
<body>
<header class="dc-header"><a class="dc-brand" href="/docs">pbxis</a><nav aria-label="Pages">${links}</nav></header>
<main class="dc-main">
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.html;
}

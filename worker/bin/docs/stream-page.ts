/** `/docs/stream`: an AsyncAPI document as a page. Pure. */
import { type Html, html, join, nothing } from "./html.ts";
import { schemasOf, table } from "./http-page.ts";
import type { Meanings } from "./meanings.ts";
import { linkTo, type Schema } from "./schema.ts";

type Reference = Readonly<{ $ref: string }>;
type Channel = Readonly<{
  address: string | null;
  title: string;
  description: string;
  "x-internal"?: true;
  parameters: Readonly<Record<string, Readonly<{ description: string }>>>;
}>;
type Operation = Readonly<{ action: "send" | "receive"; channel: Reference; messages: readonly Reference[] }>;
type Message = Readonly<{ headers?: Schema; payload: Reference }>;
/** As `src/describe/asyncapi.ts` makes it. */
export type AsyncApi = Readonly<{
  channels: Readonly<Record<string, Channel>>;
  operations: Readonly<Record<string, Operation>>;
  components: Readonly<{
    messages: Readonly<Record<string, Message>>;
    schemas: Readonly<Record<string, Schema>>;
  }>;
}>;

export function streamPage({ channels, operations, components }: AsyncApi, meanings: Meanings): Html {
  const list = Object.entries(channels);
  const operationsIn = (name: string) =>
    Object.values(operations).filter(({ channel }) => channel.$ref === `#/channels/${name}`);
  return html`<nav aria-label="Contents"><ul class="dc-contents">
${list.map(([name, { title }]) => html`<li><a href="#channel-${name}">${title}</a></li>`)}
<li><a href="#schemas">schemas</a></li>
</ul></nav>
<h2>channels</h2>
${list.map(([name, channel]) => channelOf(name, channel, operationsIn(name), components.messages))}
${schemasOf(components.schemas, meanings)}`;
}

function channelOf(
  name: string,
  { address, title, description, parameters, "x-internal": isInternal }: Channel,
  operations: readonly Operation[],
  messages: AsyncApi["components"]["messages"],
): Html {
  const names = Object.entries(parameters);
  const headers = operations.flatMap((one) => one.messages.map((message) => messages[nameOf(message)]?.headers))[0];
  return html`<article><h3 id="channel-${name}">${title}${isInternal ? html` <span class="dc-optional">internal</span>` : nothing}</h3>
${address === null ? nothing : html`<p><code>${address}</code></p>`}
<p>${description}</p>
${
  names.length > 0
    ? table(
        ["parameter", "meaning"],
        names.map(([key, one]) => row(key, one.description)),
      )
    : nothing
}
${operations.map(operationOf)}
${
  headers
    ? table(
        ["header", "meaning"],
        Object.entries(headers.properties ?? {}).map(([key, one]) => row(key, one.description ?? "")),
      )
    : nothing
}
</article>`;
}

function row(name: string, meaning: string): Html {
  return html`<tr><td><code>${name}</code></td><td>${meaning}</td></tr>`;
}

/** A message is named like the schema of its payload. */
function operationOf({ action, messages }: Operation): Html {
  const links = join(
    messages.map(({ $ref }) => linkTo($ref)),
    html`, `,
  );
  return html`<p>The worker ${action === "send" ? "sends" : "receives"}: ${links}.</p>`;
}

function nameOf({ $ref }: Reference): string {
  return $ref.split("/").at(-1) ?? "";
}

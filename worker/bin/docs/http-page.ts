/** `/docs/http`: an OpenAPI document as a page. Pure. */
import { type Html, html, nothing } from "./html.ts";
import type { Meanings } from "./meanings.ts";
import { describeSchema, linkTo, type Schema } from "./schema.ts";

type Content = Readonly<Record<string, Readonly<{ schema?: Schema }>>>;
type Answer = Readonly<{ description: string; content?: Content }>;
type Parameter = Readonly<{ in: string; name: string; description: string; required?: boolean }>;
type Operation = Readonly<{
  summary: string;
  tags?: readonly string[];
  security?: readonly unknown[];
  parameters: readonly Parameter[];
  requestBody?: Readonly<{ content: Content }>;
  responses: Readonly<Record<string, Answer>>;
}>;
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
/** As `src/describe/openapi.ts` makes it. */
export type OpenApi = Readonly<{
  paths: Paths;
  webhooks: Paths;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

type Entry = Readonly<{ id: string; name: Html; operation: Operation }>;

export function httpPage({ paths, webhooks, components }: OpenApi, meanings: Meanings): Html {
  const groups = [...Map.groupBy(entriesOf(paths), ({ operation }) => operation.tags?.[0] ?? "other")];
  const messages = entriesOf(webhooks);
  return html`<nav aria-label="Contents"><ul class="dc-contents">
${groups.map(([tag, entries]) => html`<li>${tag}<ul>${entries.map(lineOf)}</ul></li>`)}
<li><a href="#webhooks">webhooks</a></li><li><a href="#schemas">schemas</a></li>
</ul></nav>
${groups.map(([tag, entries]) => html`<h2>${tag}</h2>${entries.map(articleOf)}`)}
<h2 id="webhooks">webhooks</h2>${messages.map(articleOf)}
${schemasOf(components.schemas, meanings)}`;
}

export function schemasOf(schemas: Readonly<Record<string, Schema>>, meanings: Meanings): Html {
  return html`<h2 id="schemas">schemas</h2>${Object.entries(schemas).map(
    ([name, schema]) => html`<section><h3 id="${name}">${name}</h3>${describeSchema(schema, name, meanings)}</section>`,
  )}`;
}

function entriesOf(paths: Paths): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}${path.replaceAll(/[^\w]+/g, "-")}`,
      name: html`<span class="dc-method">${method.toUpperCase()}</span> <code>${path}</code>`,
      operation,
    })),
  );
}

function lineOf({ id, name }: Entry): Html {
  return html`<li><a href="#${id}">${name}</a></li>`;
}

function articleOf({ id, name, operation }: Entry): Html {
  const { summary, security, parameters, requestBody, responses } = operation;
  return html`<article><h3 id="${id}">${name}</h3>
<p>${summary}${security ? html` <span class="dc-optional">needs a token</span>` : nothing}</p>
${parameters.length > 0 ? parametersOf(parameters) : nothing}
${requestBody ? html`<p>Body: ${contentOf(requestBody.content)}</p>` : nothing}
${table(["status", "when", "body"], Object.entries(responses).map(answerOf))}
</article>`;
}

function parametersOf(parameters: readonly Parameter[]): Html {
  return table(
    ["parameter", "in", "meaning"],
    parameters.map(
      (one) => html`<tr><td><code>${one.name}</code></td><td>${one.in}</td><td>${one.description}</td></tr>`,
    ),
  );
}

function answerOf([status, { description, content }]: readonly [string, Answer]): Html {
  return html`<tr><td>${status}</td><td>${description}</td><td>${content ? contentOf(content) : "none"}</td></tr>`;
}

function contentOf(content: Content): Html {
  const reference = Object.values(content).find(({ schema }) => schema?.$ref !== undefined)?.schema?.$ref;
  const types = Object.keys(content).join(", ");
  return reference === undefined ? html`${types}` : html`${linkTo(reference)} (${types})`;
}

export function table(heads: readonly string[], rows: readonly Html[]): Html {
  return html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

/** A JSON Schema, as zod makes them, as HTML: a table of fields, or one for each form that a value may have. Pure. */
import { type Html, html, join, nothing } from "./html.ts";
import type { Meaning, Meanings } from "./meanings.ts";

/** The keywords that zod's schemas use. */
export type Schema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}>;

/** `name` is that of the schema, by which `meanings` may have more to say of its fields. */
export function describeSchema(schema: Schema, name = "", meanings: Meanings = new Map()): Html {
  const forms = formsOf(schema);
  if (forms.length > 1 && forms.some(isTable))
    return html`<p>One of ${forms.length}:</p>${forms.map(
      (form, index) =>
        html`<details><summary>${nameOf(form, index)}</summary>${describeSchema(form, name, meanings)}</details>`,
    )}`;
  const known = meanings.get(markOf(schema) ?? "") ?? meanings.get(name) ?? new Map();
  return isTable(schema) ? tableOf(schema, known) : html`<p>${typeOf(schema)}</p>`;
}

/** A reference's name, which is also where its schema is described. */
export function linkTo(reference: string): Html {
  const name = reference.split("/").at(-1) ?? "";
  return html`<a href="#${name}">${name}</a>`;
}

function isTable({ properties }: Schema): boolean {
  return properties !== undefined && Object.keys(properties).length > 0;
}

function formsOf({ oneOf, anyOf }: Schema): readonly Schema[] {
  return oneOf ?? anyOf ?? [];
}

/** By its `type` or `status`, as the protocol's forms are told apart, else by its fields. */
function nameOf(form: Schema, index: number): Html {
  if (form.$ref !== undefined) return linkTo(form.$ref);
  const { properties = {}, required = Object.keys(properties) } = form;
  const mark = markOf(form);
  if (mark !== undefined) return html`<code>${mark}</code>`;
  return required.length === 0
    ? html`form ${index + 1}`
    : join(
        required.map((name) => html`<code>${name}</code>`),
        html`, `,
      );
}

function markOf({ properties = {} }: Schema): string | undefined {
  const mark = properties.type?.const ?? properties.status?.const ?? properties.kind?.const;
  return typeof mark === "string" ? mark : undefined;
}

type Row = Readonly<{ name: string; schema: Schema; isOptional: boolean }>;

type Fields = ReadonlyMap<string, Meaning>;

function tableOf(schema: Schema, known: Fields): Html {
  return html`<table>
<thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead>
<tbody>${rowsOf(schema, "").map((row) => rowOf(row, known))}</tbody>
</table>`;
}

/** The fields, and those of objects in them: `connector.online`, `callers[].number`. */
function rowsOf({ properties = {}, required = [] }: Schema, before: string): Row[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${before}${key}`;
    const isOptional = !required.includes(key);
    const [inner, suffix] = innerOf(schema);
    return [{ name, schema, isOptional }, ...(inner ? rowsOf(inner, `${name}${suffix}.`) : [])];
  });
}

function innerOf(schema: Schema): readonly [Schema | null, string] {
  const { items } = schema;
  if (items) return isTable(items) ? [items, "[]"] : [null, ""];
  const [only, ...others] = [schema, ...formsOf(schema)].filter(isTable);
  return [only && others.length === 0 ? only : null, ""];
}

function rowOf({ name, schema, isOptional }: Row, known: Fields): Html {
  const optional = isOptional ? html` <span class="dc-optional">optional</span>` : nothing;
  const { text = nothing, unit = "" } =
    known.get(name.replaceAll("[]", "")) ?? known.get(name.split(".").at(-1) ?? "") ?? {};
  const type = unit === "" ? typeOf(schema) : html`${typeOf(schema)} (${unit})`;
  const limits = limitsOf(schema);
  const between = text.html === "" || limits === "" ? "" : "; ";
  return html`<tr><td><code>${name}</code>${optional}</td><td>${type}</td><td>${text}${between}${limits}</td></tr>`;
}

function typeOf(schema: Schema): Html {
  const { $ref, type, items, additionalProperties } = schema;
  if ($ref !== undefined) return linkTo($ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return join(schema.enum.map(literal), html` or `);
  const forms = formsOf(schema);
  if (forms.length > 0) return alternatives(forms);
  if (items) return html`array of ${typeOf(items)}`;
  if (typeof additionalProperties === "object" && !isTable(schema))
    return html`${typeOf(additionalProperties)} by name`;
  return html`${typeof type === "object" ? type.join(" or ") : (type ?? "any value")}`;
}

/** Large unions are named by their forms alone, where they have a table of their own. */
function alternatives(forms: readonly Schema[]): Html {
  const distinct = new Map(forms.map((form) => typeOf(form)).map((one) => [one.html, one]));
  return join([...distinct.values()], html` or `);
}

function literal(value: unknown): Html {
  return html`<code>${JSON.stringify(value)}</code>`;
}

/** What the schema itself says: words, limits and a default. */
function limitsOf(schema: Schema): string {
  const { description, minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems } = schema;
  const isWhole = maximum === Number.MAX_SAFE_INTEGER;
  const parts = [
    description,
    exclusiveMinimum === undefined ? undefined : `more than ${exclusiveMinimum}`,
    rangeOf(minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum, isWhole ? undefined : maximum, ""),
    rangeOf(minLength, maxLength, " characters"),
    rangeOf(minItems, maxItems, " entries"),
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default).replaceAll(",", ", ")}`,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least === undefined && most === undefined) return undefined;
  if (most === undefined) return `at least ${least}${unit}`;
  return least === undefined ? `at most ${most}${unit}` : `${least}–${most}${unit}`;
}

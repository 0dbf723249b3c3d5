/**
 * The types of `shared/src/protocol` in one module of declarations without imports: the compiler's declarations, in which
 * the types that zod infers are replaced by what the schemas print. It has more than the client needs; the bundler takes
 * what is used.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import { httpErrors } from "../../shared/src/protocol/error.ts";
import { root } from "../repository.ts";
import { type Direction, type NameOf, printType, UnprintableError } from "./print-type.ts";

type Schema = z.core.$ZodTypes;
/** `text`: its declarations. `schemas`: by the names under which it exports them. */
type Module = Readonly<{ name: string; text: string; schemas: ReadonlyMap<string, Schema> }>;

const declarations = join(root, ".tsbuild/shared/protocol");
/** Where a statement of a declaration file ends: the next begins at the margin. */
const end = /;\n(?=export|declare|import|type|\/\*\*|$)/.source;
const comment = /(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?/.source;
const importStatement = new RegExp(`^import (?:(?!${end})[\\s\\S])*${end}`, "gm");
const schemaStatement = new RegExp(
  `(${comment})^(?:export )?declare const (\\w+): z\\.(?:(?!${end})[\\s\\S])*${end}`,
  "gm",
);
const inferredAlias = new RegExp(`(${comment})^export type (\\w+) = z\\.(infer|output|input)<typeof (\\w+)>;\n`, "gm");

export async function printProtocolTypes(): Promise<string> {
  const modules = await readModules();
  const schemas = new Map(modules.flatMap((module) => [...module.schemas]));
  const printer = createPrinter(nameSchemas(modules), commentsOf(modules));
  const typeOf = (kind: string | undefined, name: string, as?: string) => {
    const schema = schemas.get(name);
    if (!schema) throw new Error(`the protocol exports no schema ${name}`);
    return printer.print(schema, kind === "input" ? "input" : "output", as);
  };
  const rest = modules.map(({ text }) => {
    const bare = text.replace(importStatement, "").replace(schemaStatement, "").replace("export {};\n", "");
    return bare
      .replace(inferredAlias, (_all, _comment, alias, kind, name) => {
        typeOf(kind, name, alias);
        return "";
      })
      .replace(/z\.(infer|output|input)<typeof (\w+)>/g, (_all, kind, name) => typeOf(kind, name))
      .replace(/export type HttpErrorCode = .*\n/, `export type HttpErrorCode = ${errorCodes()};\n`);
  });
  return [...printer.printed(), ...rest].join("\n");
}

/** Without the table of statuses, which the declarations would show. */
function errorCodes(): string {
  return Object.keys(httpErrors)
    .map((code) => JSON.stringify(code))
    .join(" | ");
}

async function readModules(): Promise<Module[]> {
  const source = join(root, "shared/src/protocol");
  const names = readdirSync(source).flatMap((file) => /^([\w-]+)\.ts$/.exec(file)?.[1] ?? []);
  const modules: Module[] = [];
  // One after the other: of two imports at once, a test runner may give each a copy of what both import.
  for (const name of names) {
    const exported: Record<string, unknown> = await import(join(source, `${name}.ts`));
    const schemas = new Map(Object.entries(exported).filter((entry): entry is [string, Schema] => isSchema(entry[1])));
    modules.push({ name, text: readFileSync(join(declarations, `${name}.d.ts`), "utf8"), schemas });
  }
  return modules;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && "_zod" in value;
}

/** The schemas that are worth a name: objects, unions and lists of words. */
function nameSchemas(modules: readonly Module[]): ReadonlyMap<unknown, string> {
  const named = modules.flatMap((module) =>
    [...module.schemas]
      .filter(([, schema]) => ["object", "readonly", "union", "literal"].includes(schema._zod.def.type))
      .map(([name, schema]): [unknown, string] => {
        // The client has types of its own with the names of some events.
        const isEvent = module.name.endsWith("event") && !module.text.includes(`export type ${name} =`);
        return [schema, isEvent ? `${name}Event` : name];
      }),
  );
  return new Map(named);
}

/** By the names of types. */
function commentsOf(modules: readonly Module[]): ReadonlyMap<string, string> {
  const found = modules.flatMap(({ text }) => [
    ...[...text.matchAll(schemaStatement)].map(([, comment = "", name = ""]): [string, string] => [name, comment]),
    ...[...text.matchAll(inferredAlias)].map(([, comment = "", alias = ""]): [string, string] => [alias, comment]),
  ]);
  // An alias without a comment keeps that of its schema.
  return new Map(found.filter(([, comment]) => comment !== ""));
}

function createPrinter(names: ReadonlyMap<unknown, string>, comments: ReadonlyMap<string, string>) {
  const printed = new Map<string, string>();
  /** Returns the name under which the schema's type is printed. */
  const print = (schema: Schema, direction: Direction, as?: string): string => {
    const known = names.get(schema);
    const name = as ?? (known === undefined ? undefined : direction === "input" ? `${known}Input` : known);
    const nameOf: NameOf = (inner) => (names.has(inner) ? print(inner as Schema, direction) : undefined);
    if (name === undefined) return printType(schema, direction, nameOf);
    if (printed.has(name)) return name;
    printed.set(name, "");
    const comment = comments.get(name) ?? comments.get(name.replace(/(?:Input|Event)$/, "")) ?? "";
    printed.set(name, `${comment}export type ${name} = ${printOrFail(schema, direction, nameOf)};`);
    return name;
  };
  return { print, printed: () => printed.values() };
}

/** Nothing may use the type of a schema that cannot be printed; the bundler would miss the name. */
function printOrFail(schema: Schema, direction: Direction, nameOf: NameOf): string {
  try {
    return printType(schema, direction, nameOf);
  } catch (error) {
    if (error instanceof UnprintableError) return `Unprintable<"${error.message}">`;
    throw error;
  }
}

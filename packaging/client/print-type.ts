/**
 * Prints zod schemas as TypeScript types, so that the client's declarations need no zod. Pure. `equal-types.ts` proves
 * that the printed types are those that zod infers.
 */
import type * as z from "zod";

type Schema = z.core.$ZodType;
/** `input`: what a client writes. `output`: what it reads. They differ where a schema fills in a default. */
export type Direction = "input" | "output";
/** The name of a schema that is printed as a type of its own. */
export type NameOf = (schema: Schema) => string | undefined;

/** A kind of schema that cannot be printed. */
export class UnprintableError extends Error {}

/** @throws UnprintableError */
export function printType(schema: Schema, direction: Direction, nameOf: NameOf): string {
  const inner = (other: Schema) => nameOf(other) ?? printType(other, direction, nameOf);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
    case "number":
    case "boolean":
    case "unknown":
      return def.type;
    case "literal":
      return def.values.map((value) => JSON.stringify(value)).join(" | ");
    case "array":
      return `${bracketed(inner(def.element))}[]`;
    case "nullable":
      return `${inner(def.innerType)} | null`;
    case "optional":
    case "default":
      return inner(def.innerType);
    case "readonly":
      return printReadonly(inner(def.innerType));
    case "union":
      return def.options.map(inner).join(" | ");
    case "record":
      return `Record<string, ${inner(def.valueType)}>`;
    case "object":
      return `{ ${Object.entries(def.shape)
        .map(
          ([name, field]) =>
            `${name}${isOptional(field, direction) ? "?" : ""}: ${printField(field, direction, inner)};`,
        )
        .join(" ")} }`;
    default:
      throw new UnprintableError(`a schema of type ${def.type}`);
  }
}

function bracketed(type: string): string {
  return /[ |]/.test(type) ? `(${type})` : type;
}

function printReadonly(type: string): string {
  return type.endsWith("[]") ? `readonly ${type}` : `Readonly<${type}>`;
}

function isOptional(field: Schema, direction: Direction): boolean {
  const { type } = (field as z.core.$ZodTypes)._zod.def;
  return type === "optional" || (type === "default" && direction === "input");
}

/** With `exactOptionalPropertyTypes` an optional field of zod accepts `undefined`, too. */
function printField(field: Schema, direction: Direction, inner: (schema: Schema) => string): string {
  return isOptional(field, direction) ? `${inner(field)} | undefined` : inner(field);
}

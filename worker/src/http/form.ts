/**
 * Bodies of type `application/x-www-form-urlencoded` (AP5, AP6) as the object that the same request has in JSON, with
 * text for every value: `a=1&b[]=2&b[]=3&c[D]=4` is `{ a: "1", b: ["2", "3"], c: { D: "4" } }`. Pure.
 */

type FormValue = string | string[] | Map<string, string>;

/** A field that is given twice becomes a list, which no field with one value accepts. */
export function parseForm(text: string): Record<string, unknown> {
  const fields = new Map<string, FormValue>();
  for (const [name, value] of new URLSearchParams(text)) {
    const [, base = name, key] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(name) ?? [];
    const known = fields.get(base);
    if (key !== undefined && !/^\d*$/.test(key))
      fields.set(base, (known instanceof Map ? known : new Map<string, string>()).set(key, value));
    else if (typeof known === "string") fields.set(base, [known, value]);
    else if (Array.isArray(known)) known.push(value);
    else fields.set(base, key === undefined ? value : [value]);
  }
  return Object.fromEntries(
    [...fields].map(([name, value]) => [name, value instanceof Map ? Object.fromEntries(value) : value]),
  );
}

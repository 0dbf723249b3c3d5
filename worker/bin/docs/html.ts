/** HTML as text, whose values are escaped unless they are HTML themselves. Pure. */

export type Html = Readonly<{ html: string }>;
type Value = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { html: texts.reduce((whole, text, index) => `${whole}${textOf(values[index - 1] ?? "")}${text}`) };
}

export const nothing: Html = { html: "" };

function textOf(value: Value): string {
  if (typeof value === "string") return value.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);
  if (typeof value === "number") return String(value);
  return "html" in value ? value.html : value.map((one) => one.html).join("");
}

export function join(parts: readonly Html[], between: Html): Html {
  return { html: parts.map((one) => one.html).join(between.html) };
}

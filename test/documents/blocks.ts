/** The code blocks of the documents, and the commands in them. Pure. */

export type Block = Readonly<{ language: string; text: string }>;

export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = "", language = "", text = ""]) => ({
      language,
      text: text.replace(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/**
 * The commands of a shell block, each in one line, without comments. A block with prompts (`$ `) has its commands behind
 * them, and the rest is their output.
 */
export function commandsOf({ language, text }: Block): string[] {
  if (!["", "sh"].includes(language)) return [];
  const lines = joined(text).split("\n");
  const prompted = lines.filter((line) => line.startsWith("$ "));
  const commands = prompted.length > 0 ? prompted.map((line) => line.slice(2)) : lines;
  return commands.map((line) => line.replace(/(?:^| +)# .*$/, "").trim()).filter((line) => line !== "");
}

/** Lines that a backslash continues. */
function joined(text: string): string {
  return text.replace(/ *\\\n */g, " ");
}

/** A block of `NAME=value` lines alone: a file of settings. */
export function isSettingsFile({ language, text }: Block): boolean {
  return (
    language === "" &&
    text
      .trimEnd()
      .split("\n")
      .every((line) => /^[A-Z_]+=\S/.test(line))
  );
}

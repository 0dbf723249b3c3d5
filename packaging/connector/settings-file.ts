/**
 * An example of a file of settings: every setting with its meaning, those that are not required behind a `#`. Pure.
 *
 * It is not the file that the .deb installs in `/etc`. That one may not change with each new setting, because dpkg asks
 * about a file that both the administrator and the package have changed.
 */

/** `described`: the list of settings that `--help` prints. */
export function exampleSettings(described: string): string {
  const settings = described.split("\n").map((line) => {
    const [, name = "", text = ""] = /^ {2}(\w+) +(.*)$/.exec(line) ?? [];
    return { name, text };
  });
  const entries = settings.map(({ name, text }) => `# ${text}\n${text.endsWith(" (required)") ? "" : "#"}${name}=`);
  return `${entries.join("\n\n")}\n`;
}

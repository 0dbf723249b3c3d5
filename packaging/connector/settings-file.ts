/** The file of settings that a package installs: every setting, those without which nothing works left to fill in. Pure. */

/** What the package itself decides. */
const decided: Readonly<Record<string, string>> = { PBXIS_SPOOL: "/var/lib/pbxis/spool" };

const head = `# Settings of pbxis-connector. Read by systemd as root, so it may stay unreadable for others.
# Fill in the first five, then:
#
#   pbxis-connector doctor --env-file /etc/pbxis/connector.env
#   systemctl enable --now pbxis-connector
`;

/** `described`: the list of settings that `--help` prints. */
export function settingsFile(described: string): string {
  const settings = described.split("\n").map((line) => {
    const [, name = "", text = ""] = /^ {2}(\w+) +(.*)$/.exec(line) ?? [];
    return { name, text, isRequired: text.endsWith(" (required)") };
  });
  const required = settings.filter(({ isRequired }) => isRequired);
  const others = settings.filter(({ isRequired }) => !isRequired);
  const lines = [...required, ...others].map(({ name, text, isRequired }) => {
    const value = decided[name];
    if (isRequired) return `# ${text.replace(" (required)", "")}\n${name}=`;
    return `# ${text}\n${value === undefined ? "#" : ""}${name}=${value ?? ""}`;
  });
  return `${[head, ...lines].join("\n\n").replace("\n\n\n", "\n\n")}\n`;
}

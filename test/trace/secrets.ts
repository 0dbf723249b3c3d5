/**
 * What of callers is in AMI's bytes, and where it is found again (RD1): numbers and names that are neither internal nor
 * an agent's.
 */

const header = /^[A-Za-z]*(?:CallerID|ConnectedLine)(Num|Name): (.+?)\r?$/gm;
const nothing: ReadonlySet<string> = new Set(["<unknown>", "unknown"]);

/** `agentNames`: the names that EV1 publishes. */
export function secretsIn(ami: string, agentNames: ReadonlySet<string>): ReadonlySet<string> {
  const secrets = new Set<string>();
  for (const [, kind, value = ""] of ami.matchAll(header)) {
    if (nothing.has(value) || agentNames.has(value)) continue;
    if (kind === "Name") secrets.add(value);
    else if (!/^\d{2,6}$/.test(value)) secrets.add(value.replace(/^\+/, ""));
  }
  return secrets;
}

/** Those that the text has, also as JSON, but not as a part of another word or number. */
export function leaksIn(text: string, secrets: Iterable<string>): string[] {
  return [...secrets].filter((secret) =>
    [secret, JSON.stringify(secret).slice(1, -1)].some((one) => {
      const literal = one.replaceAll(/[.*+?^$|()[\]{}\\]/g, "\\$&");
      return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, "u").test(text);
    }),
  );
}

/**
 * What PBXs of one kind have in common: the settings that `PBXIS_DIALECT` stands for. Any of them can still be set
 * alone. Pure.
 */

/** FreePBX and Issabel, which has the same dialplan. */
const freepbx = {
  PBXIS_ORIGINATE_CONTEXT: "from-internal",
  PBXIS_REDIRECT_CONTEXT: "from-internal",
  PBXIS_MEMBER_INTERFACE: "Local/{agent}@from-queue/n",
  PBXIS_MEMBER_STATE_INTERFACE: "hint:{agent}@ext-local",
} as const;

const settingsOf: Readonly<Record<Dialect, Readonly<Record<string, string>>>> = { asterisk: {}, freepbx };

/** `asterisk`: no assumption. */
export const dialects = ["asterisk", "freepbx"] as const;
export type Dialect = (typeof dialects)[number];

/** The contexts by which FreePBX's dialplan is known. */
export const freepbxContexts = ["from-internal", "from-queue", "ext-local"] as const;

/** The settings that are present, and for those that are not, what the dialect has. */
export function withDialect(present: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dialect = dialects.find((name) => name === present.PBXIS_DIALECT);
  return dialect === undefined ? present : { ...settingsOf[dialect], ...present };
}

/**
 * The PBXs that scenarios are played on: the lab's own, and one in the style of FreePBX with names that others use. An
 * installation has its own configuration (`conf/<name>`, besides the common files), its own phones, and the facts about
 * them that Asterisk itself does not have.
 */
import type { Version } from "./unpack.ts";

/**
 * A SIP phone. `extra`: lines of its endpoint. `chanSip`: it registers with chan_sip, which only Asterisk 16 has. A
 * caller id without a number is that of a phone whose name is no extension.
 */
type LabPhone = Readonly<{ id: string; name: string; number?: string; extra?: string; chanSip?: true }>;

export type Installation = Readonly<{
  name: "lab" | "freepbx";
  phones: readonly LabPhone[];
  /** Modules besides those of the lab. */
  modules: readonly string[];
  /** The dialplan context of the phones, and of commands. */
  context: string;
  /** The connector's settings that fit it. */
  settings: Readonly<Record<string, string>>;
  /** The device of an agent whose phone has another name. */
  devices: Readonly<Record<string, string>>;
  /** The members that the agent pattern leaves out. */
  leftOut: readonly string[];
}>;

/** The agents' phones. 1004 is busy from its first call on (`device_state_busy_at`), and 1007 has no hint. */
const labPhones = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1004", name: "Dee Agent", extra: "device_state_busy_at = 1" },
  { id: "1005", name: "Eve Agent" },
  { id: "1006", name: "Fay Agent" },
  { id: "1007", name: "Gil Agent" },
] as const satisfies readonly LabPhone[];

const freepbxPhones = [
  { id: "1001", name: "Ann Agent" },
  { id: "1002", name: "Bob Agent" },
  { id: "1003", name: "Cid Agent" },
  { id: "1004", name: "Dee Agent" },
  { id: "1005", name: "Eve Agent" },
  { id: "1006", name: "Fay Agent" },
  { id: "1010", name: "Ten Agent" },
  { id: "webrtc-1007", name: "Gül Agent", number: "1007" },
  { id: "T2_1008", name: "Hal Agent", number: "1008" },
  { id: "1009-office", name: "Ida Agent", number: "1009" },
  { id: "bob.jones", name: "Bob Jones", number: "3001" },
  { id: "alice.smith", name: "Alice Smith", number: "1006" },
  { id: "10001234", name: "Eight Digits" },
  { id: "2001", name: "Sip Two", chanSip: true },
  { id: "2002", name: "Sip Three", chanSip: true },
] as const satisfies readonly LabPhone[];

export type AgentNumber = (typeof labPhones)[number]["id"];
export type PhoneId = AgentNumber | (typeof freepbxPhones)[number]["id"];

export const ownLab = {
  name: "lab",
  phones: labPhones,
  modules: ["app_senddtmf"],
  context: "from-agents",
  settings: { PBXIS_ORIGINATE_CONTEXT: "from-agents", PBXIS_REDIRECT_CONTEXT: "from-agents" },
  devices: {},
  leftOut: [],
} as const satisfies Installation;

export const freepbx: Installation = {
  name: "freepbx",
  phones: freepbxPhones,
  modules: ["app_exec", "app_confbridge", "app_agent_pool", "app_senddtmf", "func_presencestate"],
  context: "from-internal",
  settings: { PBXIS_DIALECT: "freepbx" },
  devices: { "1007": "PJSIP/webrtc-1007", "1008": "PJSIP/T2_1008", "1009": "PJSIP/1009-office" },
  leftOut: ["DAHDI/1", "DAHDI/g0/0911234", "PJSIP/trunk/sip:00385922@carrier.example:5060"],
};

/** The installation's phones that can register with this version. */
export function phonesFor({ phones }: Installation, version: Version): readonly LabPhone[] {
  return phones.filter(({ chanSip }) => !chanSip || version === "16");
}

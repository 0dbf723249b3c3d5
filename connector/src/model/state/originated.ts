/**
 * The ids of originated calls (CM1). The connector chooses the Uniqueid of the first channel, so that every connector
 * that sees the channel knows two things, also one that starts in the middle of the call: whom the call rings, and to
 * which ActionID a failure belongs (EV7). The ActionID alone is published.
 *
 * | id                                       | example                       |
 * |------------------------------------------|-------------------------------|
 * | the ActionID                             | `pbxis-5f2c-1763890000`       |
 * | the channel's Uniqueid                   | `a1001-pbxis-5f2c-1763890000` |
 * | that of a Local channel's second half    | the same with `;2`            |
 */
import { AgentId } from "@pbxis/shared";

/** Asterisk's limit is 149 characters. An agent with a longer id is found by the channel's name only. */
const maxAgentText = 80;
const pattern = /^a(\w*)-(pbxis-[\w-]+)$/;

export type Originated = Readonly<{ actionId: string; agent: AgentId | null }>;

export function originatedChannelId(actionId: string, agent: string): string {
  const text = encode(agent);
  return `a${text.length > maxAgentText ? "" : text}-${actionId}`;
}

/** Null for any other channel, and for the second half of a Local one. */
export function originatedBy(uniqueId: string): Originated | null {
  // Almost all ids begin with a digit, and this is asked for every new channel.
  const match = uniqueId.startsWith("a") ? pattern.exec(uniqueId) : null;
  if (!match) return null;
  const [, text = "", actionId = ""] = match;
  const agent = AgentId.safeParse(decode(text));
  return { actionId, agent: agent.success ? agent.data : null };
}

/** The ActionID that an originated channel belongs to. Other clients of AMI may choose the ActionID as Uniqueid. */
export function actionIdOf(uniqueId: string): string {
  return originatedBy(uniqueId)?.actionId ?? uniqueId;
}

/** Letters and digits as they are, any other byte of the text as `_` and two hexadecimal digits. */
function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9]/.test(letter) ? letter : `_${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

function decode(text: string): string {
  const bytes = text.replace(/_([0-9a-f]{2})/g, "%$1");
  try {
    return decodeURIComponent(bytes);
  } catch {
    return "";
  }
}

/**
 * Parses a frame of the site, leniently where one bad frame need not end the connection. A command that this version
 * does not know fails alone, and a site with another protocol version is recognised as such, not as a bad frame.
 */
import { CommandId, plainIssue, SiteFrame, uplinkProtocol } from "@pbxis/shared";
import * as z from "zod";

type SiteFrameRead =
  | Readonly<{ kind: "frame"; frame: SiteFrame }>
  /** An invalid command. `id` is null if even that is invalid. */
  | Readonly<{ kind: "badCommand"; id: string | null; because: string }>
  | Readonly<{ kind: "otherProtocol"; protocol: number }>
  | Readonly<{ kind: "unreadable" }>;

const Head = z.discriminatedUnion("type", [
  z.object({ type: z.literal("welcome"), protocol: z.number() }),
  z.object({ type: z.literal("ack") }),
  z.object({ type: z.literal("command"), id: CommandId.nullable().catch(null) }),
]);

export function readSiteFrame(text: string): SiteFrameRead {
  const value = parseJson(text);
  const head = Head.safeParse(value).data;
  if (head?.type === "welcome" && head.protocol !== uplinkProtocol)
    return { kind: "otherProtocol", protocol: head.protocol };
  const { data, error } = SiteFrame.safeParse(value, { error: plainIssue });
  if (data) return { kind: "frame", frame: data };
  if (head?.type === "command") return { kind: "badCommand", id: head.id, because: reasonOf(error) };
  return { kind: "unreadable" };
}

const maxReason = 200;

/** The first issue and its path. Zod's messages contain no values. */
function reasonOf({ issues: [first] }: z.ZodError): string {
  const path = first?.path.join(".");
  return `${path ? `${path}: ` : ""}${first?.message ?? "unreadable"}`.slice(0, maxReason);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What the site said, read leniently where one frame's fault need not end the connection: a command that this version does not
 * know costs that command, and a site of another version shall be told as that, not as a bad frame.
 */
import { CommandId, SiteFrame, uplinkProtocol } from "@pbxis/shared";
import * as z from "zod";

export type SiteFrameRead =
  | Readonly<{ kind: "frame"; frame: SiteFrame }>
  /** A command that cannot be read; null where not even its id can. */
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
  const { data, error } = SiteFrame.safeParse(value);
  if (data) return { kind: "frame", frame: data };
  if (head?.type === "command") return { kind: "badCommand", id: head.id, because: reasonOf(error) };
  return { kind: "unreadable" };
}

const maxReason = 200;

/** The first fault and where it is; zod names no values. */
function reasonOf({ issues: [first] }: z.ZodError): string {
  const where = first?.path.join(".");
  return `${where ? `${where}: ` : ""}${first?.message ?? "unreadable"}`.slice(0, maxReason);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

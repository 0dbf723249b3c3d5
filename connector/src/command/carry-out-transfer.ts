/** CM20: carries out what only the bridges show (transfer-watch.ts). `take` sends the plan's actions. */
import { type CommandResult, type Outcome, outcomeFailed } from "@pbxis/shared";
import type { Lookup } from "../model/lookup.ts";
import type { FollowUp } from "./step.ts";
import { conferenceTimeoutMs, consultationTimeoutMs, type TransferWatches } from "./transfer-watch.ts";
import type { UnannouncedChange } from "./unannounced.ts";

type Ports = Readonly<{
  transfers: Pick<TransferWatches, "watch">;
  callsOf: Lookup["callsOf"];
  onUnannounced: (change: UnannouncedChange) => void;
}>;
type Of<Kind extends FollowUp["kind"]> = Extract<FollowUp, { kind: Kind }>;

/** The model must know before Asterisk does: a busy third party may be over in the bytes in which the transfer begins. */
export async function consult(
  { channel, caller, to }: Of<"awaitConsultation">,
  result: CommandResult,
  take: () => Promise<Outcome>,
  ports: Ports,
): Promise<Outcome> {
  const watch = ports.transfers.watch(channel);
  ports.onUnannounced({ kind: "consultationCommanded", channel, caller, to });
  try {
    const outcome = await take();
    const seen = outcome.status === "done" ? await watch.seen(consultationTimeoutMs) : "none";
    if (seen !== "none") return { status: "done", result };
    ports.onUnannounced({ kind: "consultationCommanded", channel, caller: null, to: null });
    return outcome.status === "done" ? notBegun : outcome;
  } finally {
    watch.stop();
  }
}

const notBegun = outcomeFailed(
  "asterisk_refused",
  "Asterisk began no attended transfer: most likely Queue() or Dial() of this call lacks t or T, and the other party has heard digits",
);

/** Back with the caller alone, the agent's channel has entered a bridge, too. */
export async function join(
  { channel, agent }: Of<"awaitConference">,
  take: () => Promise<Outcome>,
  ports: Ports,
): Promise<Outcome> {
  const watch = ports.transfers.watch(channel);
  try {
    const outcome = await take();
    if (outcome.status !== "done") return outcome;
    await watch.seen(conferenceTimeoutMs);
    const parties = ports.callsOf(agent).filter(({ agentChannel }) => agentChannel === channel);
    return parties.length > 1 ? outcome : notJoined;
  } finally {
    watch.stop();
  }
}

const notJoined = outcomeFailed(
  "asterisk_refused",
  "Asterisk joined nobody: features.conf needs atxferthreeway with the digits of PBXIS_THREEWAY_DIGITS",
);

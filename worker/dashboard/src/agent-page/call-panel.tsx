/** The agent's call with its commands, and forms to dial, to transfer and to send digits. */
import type { CommandInput } from "@pbxis/shared/client";
import type { AgentDisplay } from "../agents/agent-display.ts";
import { callStateOf } from "../agents/menu-entries.ts";
import { CommandButton } from "../command/button.tsx";
import { partyOf } from "../command/shown-call.ts";
import { useCommand } from "../command/use-command.ts";
import { formatDuration } from "../ui/format.ts";
import { DialForm, DigitsForm } from "./call-forms.tsx";
import { ScreenPopLine } from "./screen-pop-line.tsx";

export function CallPanel({ display, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  const { agent, call } = display;
  const { isConnected, isTalking } = callStateOf(display);
  return (
    <section class="ap-panel" aria-labelledby="ap-call">
      <h2 id="ap-call">Call</h2>
      <CallNow display={display} now={now} />
      <CallButtons display={display} />
      <ScreenPopLine display={display} />
      <DialForm agent={agent} call={call} canTransfer={isConnected} />
      {isTalking && <DigitsForm agent={agent} call={call} />}
    </section>
  );
}

/** Of several calls this is the latest (EV13). A command that needs to know which call is meant asks for it (CM10). */
function CallNow({ display: { call, state, note, since }, now }: Readonly<{ display: AgentDisplay; now: number }>) {
  if (!call)
    return (
      <p class="ap-none">{state === "talking" || state === "ringing" ? `${state}, other party unknown` : "No call."}</p>
    );
  const isInState = (state === "talking" || state === "ringing") && since !== null;
  const details = [call.muted ? "muted" : null, call.recording === "paused" ? "recording paused" : null].filter(
    Boolean,
  );
  return (
    <dl class="ap-call">
      <div>
        <dt>{state === "ringing" ? "Call from" : call.consulting === null ? "Talking with" : "Consulting"}</dt>
        <dd class="ap-party">{partyOf(call)}</dd>
      </div>
      <div>
        <dt>{call.consulting === null ? "Queue" : "Caller"}</dt>
        <dd>{call.consulting === null ? (call.queueName ?? "none (direct call)") : "on hold"}</dd>
      </div>
      {isInState && (
        <div>
          <dt>{state === "ringing" ? "Ringing for" : "Talking for"}</dt>
          <dd>
            {formatDuration(now - since)}
            {note && ` (${note})`}
          </dd>
        </div>
      )}
      {details.length > 0 && (
        <div>
          <dt>In this call</dt>
          <dd>{details.join(", ")}</dd>
        </div>
      )}
    </dl>
  );
}

type Offer = Readonly<{ text: string; command: CommandInput; kind?: "plain" | "main" | "destructive" }>;

function CallButtons({ display }: Readonly<{ display: AgentDisplay }>) {
  const commands = useCommand();
  const offers = offersOf(display).filter(({ command }) => commands.offers(command));
  if (offers.length === 0) return null;
  return (
    <div class="ap-buttons">
      {offers.map(({ text, command, kind = "plain" }) => (
        <CommandButton key={text} commands={commands} command={command} call={display.call} kind={kind}>
          {text}
        </CommandButton>
      ))}
    </div>
  );
}

/** What is possible in the call now (CM3, CM6, CM20–CM22). */
function offersOf(display: AgentDisplay): readonly Offer[] {
  const { agent, call } = display;
  const { hasCall, isConnected, isTalking } = callStateOf(display);
  const { consulting = null, recording = null, muted = null } = call ?? {};
  const offers: Offer[] = [];
  if (consulting !== null)
    offers.push(
      { text: "Complete", command: { type: "completeTransfer", agent }, kind: "main" },
      { text: "Join all three", command: { type: "joinTransfer", agent } },
      { text: "Cancel transfer", command: { type: "cancelTransfer", agent } },
    );
  if (isConnected) offers.push({ text: "Park", command: { type: "park", agent } });
  if (isTalking) offers.push({ text: muted ? "Unmute" : "Mute", command: { type: "mute", agent, muted: !muted } });
  if (isTalking && recording !== null) {
    const isOn = recording === "on";
    offers.push({
      text: isOn ? "Pause recording" : "Resume recording",
      command: { type: "recording", agent, state: isOn ? "paused" : "on" },
    });
  }
  if (hasCall) offers.push({ text: "Hang up", command: { type: "hangup", agent }, kind: "destructive" });
  return offers;
}

/**
 * The table of an agent's queues: logged on or off, paused, penalty and commands. Also the pause button for all queues.
 */
import type { CommandInput, Membership } from "@pbxis/shared/client";
import { isPaused } from "../agents/agent-display.ts";
import { CommandButton } from "../command/button.tsx";
import { type Commands, useCommand } from "../command/use-command.ts";
import { reasonProblem } from "../input/input-check.ts";
import { rememberReason } from "../input/remembered.ts";
import { formatDuration } from "../ui/format.ts";

type Props = Readonly<{
  agent: string;
  /** All queues that the token grants, joined or not. */
  queues: readonly string[];
  memberships: readonly Membership[];
  /** For pauses, as typed: the pause buttons check it. */
  reason: string;
  now: number;
}>;

export function QueueTable({ agent, queues, memberships, reason, now }: Props) {
  const commands = useCommand();
  if (queues.length === 0) return <p class="ap-none">Your token does not grant any queue.</p>;
  return (
    <table class="ap-queues">
      <thead>
        <tr>
          <th scope="col">Queue</th>
          <th scope="col">State</th>
          <th scope="col">Penalty</th>
          <th scope="col">Actions</th>
        </tr>
      </thead>
      <tbody>
        {queues.map((queue) => {
          const membership = memberships.find((one) => one.queue === queue);
          return (
            <tr key={queue} data-on={membership !== undefined}>
              <th scope="row">{queue}</th>
              <td>
                <StateOf membership={membership} now={now} />
              </td>
              <td>{membership?.penalty ?? <span class="ap-dash">–</span>}</td>
              <td class="ap-buttons">
                <QueueButtons agent={agent} queue={queue} membership={membership} reason={reason} commands={commands} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function StateOf({ membership, now }: Readonly<{ membership: Membership | undefined; now: number }>) {
  if (!membership) return <span class="ap-off">logged off</span>;
  const since = <span class="ap-time">{formatDuration(now - membership.since)}</span>;
  if (!isPaused(membership)) return <span class="ap-on">logged on</span>;
  return (
    <span class="ap-paused">
      paused{membership.pausedReason ? `: ${membership.pausedReason}` : ""} {since}
    </span>
  );
}

type ButtonProps = Readonly<{
  agent: string;
  queue: string;
  membership: Membership | undefined;
  reason: string;
  commands: Commands;
}>;

function QueueButtons({ agent, queue, membership, reason, commands }: ButtonProps) {
  if (!membership)
    return (
      <CommandButton commands={commands} command={{ type: "queueAdd", agent, queue }} label={`Log on to ${queue}`}>
        Log on
      </CommandButton>
    );
  return (
    <>
      <PauseButton agent={agent} queue={queue} isPaused={isPaused(membership)} reason={reason} commands={commands} />
      <CommandButton
        commands={commands}
        command={{ type: "queueRemove", agent, queue }}
        label={`Log off from ${queue}`}
      >
        Log off
      </CommandButton>
    </>
  );
}

type PauseProps = Readonly<{
  agent: string;
  /** Null for all queues. */
  queue: string | null;
  isPaused: boolean;
  reason: string;
  commands: Commands;
}>;

export function PauseButton({ agent, queue, isPaused: paused, reason, commands }: PauseProps) {
  const where = queue === null ? {} : { queue };
  const text = reason.trim();
  const command: CommandInput = paused
    ? { type: "queuePause", agent, ...where, paused: false }
    : { type: "queuePause", agent, ...where, paused: true, ...(text === "" ? {} : { reason: text }) };
  const verb = paused ? "Unpause" : "Pause";
  const run = (): void => {
    if (!paused) rememberReason(text);
    commands.request(command);
  };
  return (
    <CommandButton
      commands={commands}
      command={command}
      onRun={run}
      why={paused ? null : reasonProblem(text)}
      label={queue === null ? `${verb} all queues` : `${verb} in ${queue}`}
    >
      {queue === null ? `${verb} all` : verb}
    </CommandButton>
  );
}

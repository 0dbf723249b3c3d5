/**
 * A button for one command. It is absent if the token does not grant the command. While the command is not possible,
 * the button stays in place and reachable by the keyboard, gives the reason, and does nothing.
 */
import type { CommandInput } from "@pbxis/shared/client";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { ShownCall } from "./shown-call.ts";
import type { Commands } from "./use-command.ts";

type Props = Readonly<{
  commands: Commands;
  /** The command, or one of the same type, agent and queue if a form provides the rest. */
  command: CommandInput;
  /** For a command about a call: the call that the user sees beside the button. */
  call?: ShownCall | null;
  /** Runs instead of requesting `command`. */
  onRun?: () => void;
  /** For screen readers, if the button's text depends on its surroundings. */
  label?: string;
  /** The view's own reason why the command is not possible. */
  why?: string | null;
  kind?: "plain" | "main" | "destructive";
  children: ComponentChildren;
}>;

const classes = { plain: "ui-button", main: "ui-button ui-primary", destructive: "ui-button cmd-destructive" } as const;

export function CommandButton(props: Props) {
  const { commands, command, call = null, onRun, label, why = null, kind = "plain", children } = props;
  const whyId = useId();
  if (!commands.offers(command)) return null;
  const isPending = commands.isPending(command);
  const reason = isPending ? "In progress." : (commands.whyNot(command) ?? why);
  const run = (): void => {
    if (reason !== null) return;
    if (onRun) onRun();
    else commands.request(command, { call });
  };
  return (
    <>
      <button
        type="button"
        class={classes[kind]}
        aria-label={label}
        aria-disabled={reason !== null}
        aria-busy={isPending}
        aria-describedby={reason === null ? undefined : whyId}
        title={reason ?? undefined}
        onClick={run}
      >
        {children}
      </button>
      {reason !== null && (
        <span id={whyId} class="ui-hidden">
          {reason}
        </span>
      )}
    </>
  );
}

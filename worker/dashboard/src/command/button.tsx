/**
 * A button for one command. What the grant lacks is not there at all; what cannot be done just now stays where it was, can be reached by the
 * keyboard, says why, and does nothing.
 */
import type { CommandInput } from "@pbxis/shared/client";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Commands } from "./use-command.ts";

type Props = Readonly<{
  commands: Commands;
  /** What it asks for, or what is like what it asks for once a form was filled in. */
  command: CommandInput;
  /** Instead of asking for `command` at once. */
  onRun?: () => void;
  /** For those who do not see what is beside it. */
  label?: string;
  /** A view's own reason why not. */
  why?: string | null;
  kind?: "plain" | "main" | "destructive";
  children: ComponentChildren;
}>;

const classes = { plain: "ui-button", main: "ui-button ui-primary", destructive: "ui-button cmd-destructive" } as const;

export function CommandButton({ commands, command, onRun, label, why = null, kind = "plain", children }: Props) {
  const whyId = useId();
  if (!commands.offers(command)) return null;
  const isPending = commands.isPending(command);
  const reason = isPending ? "Under way." : (commands.blocked ?? why);
  const run = (): void => {
    if (reason !== null) return;
    if (onRun) onRun();
    else commands.ask(command);
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

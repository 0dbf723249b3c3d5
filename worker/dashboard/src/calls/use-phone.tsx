/** Calls back from the user's phone. A field asks which one it is, unless the token grants exactly one. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { selfOf } from "../command/permission.ts";
import { type Commands, useCommand } from "../command/use-command.ts";
import { readPhone, rememberPhone } from "../input/remembered.ts";
import { isNameGranted, mayCommand } from "../store/token.ts";
import { useStore } from "../ui/hooks.ts";
import { callBack } from "./call-back.ts";

export type Phone = Readonly<{
  /** Null if the token does not let the user call. */
  commands: Commands | null;
  isPending: boolean;
  call: (number: string) => void;
  field: ComponentChildren;
}>;

export function usePhone(): Phone {
  const { signedIn } = useStore();
  const { claims } = signedIn;
  const commands = useCommand();
  const self = selfOf(claims);
  const [phone, setPhone] = useState(() => self ?? readPhone());
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const mayCall = mayCommand(claims, "originate") && claims.agents.length > 0;
  const call = (number: string): void => {
    const made = callBack(phone, number, (agent) => isNameGranted(claims.agents, agent));
    setProblem(made.ok ? null : made.problem);
    if (!made.ok) {
      input.current?.focus();
      return;
    }
    if (self === null) rememberPhone(phone.trim());
    commands.request(made.command);
  };
  const field = mayCall && self === null && (
    <span class="ui-labelled">
      <label for={id}>My phone</label>
      <input
        ref={input}
        id={id}
        class="ui-input cl-phone"
        type="text"
        autocomplete="off"
        value={phone}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onInput={(event) => {
          setPhone(event.currentTarget.value);
          setProblem(null);
        }}
      />
      {problem !== null && (
        <span id={`${id}-problem`} class="ui-problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
  const isPending = phone.trim() !== "" && commands.isPending({ type: "originate", agent: phone.trim(), to: "" });
  return { commands: mayCall ? commands : null, isPending, call, field };
}

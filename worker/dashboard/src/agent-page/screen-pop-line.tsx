/** The link to a CRM's page of the agent's call, which opens by itself if the user wants that, and its setting. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { AgentDisplay } from "../agents/agent-display.ts";
import { Dialog } from "../command/dialog.tsx";
import { Field, SelectField } from "../command/field.tsx";
import { FormActions } from "../command/form-actions.tsx";
import { browserStorage, readJson } from "../ui/storage.ts";
import {
  type Handled,
  parseScreenPop,
  planPop,
  popAddress,
  popMoments,
  popNames,
  type ScreenPop,
  screenPopKey,
  templateProblem,
} from "./screen-pop.ts";

export function ScreenPopLine({ display: { agent, call, state } }: Readonly<{ display: AgentDisplay }>) {
  const [setting, setSetting] = useState(() => parseScreenPop(readJson(browserStorage, screenPopKey)));
  const [isEditing, setIsEditing] = useState(false);
  const [isBlocked, setIsBlocked] = useState(false);
  const handled = useRef<Handled>(undefined);
  const address = call && setting.template !== "" ? popAddress(setting.template, agent, call) : null;
  const isRinging = state === "ringing";
  useEffect(() => {
    const plan = planPop(handled.current, setting, { call, isRinging });
    handled.current = plan.handled;
    if (!plan.opens || address === null) return;
    // Null if the browser blocks it, because no click has asked for it. The page's opener policy keeps the new tab apart.
    setIsBlocked(open(address, "_blank") === null);
  }, [call, isRinging, setting, address]);

  const save = (chosen: ScreenPop): void => {
    browserStorage.setItem(screenPopKey, JSON.stringify(chosen));
    setSetting(chosen);
    setIsEditing(false);
  };
  return (
    <div class="ap-buttons">
      {address !== null && (
        <a class="ui-button" href={address} target="_blank" rel="noopener">
          Open the caller's page
        </a>
      )}
      <button class="ui-button" type="button" onClick={() => setIsEditing(true)}>
        Screen pop…
      </button>
      {isBlocked && (
        <p class="ap-detail" role="status">
          The browser has blocked the caller's page. Allow pop-ups for this site.
        </p>
      )}
      {isEditing && <SettingDialog setting={setting} onSave={save} onClose={() => setIsEditing(false)} />}
    </div>
  );
}

const momentTexts = {
  ring: "when the phone rings",
  answer: "when the call is answered",
  click: "only when I click",
} as const satisfies Record<ScreenPop["on"], string>;
const momentOptions = popMoments.map((value) => ({ value, text: momentTexts[value] }));

type DialogProps = Readonly<{ setting: ScreenPop; onSave: (chosen: ScreenPop) => void; onClose: () => void }>;

function SettingDialog({ setting, onSave, onClose }: DialogProps) {
  const [template, setTemplate] = useState(setting.template);
  const [on, setOn] = useState(setting.on);
  const [isSubmitted, setIsSubmitted] = useState(false);
  const problem = templateProblem(template.trim());
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    setIsSubmitted(true);
    if (problem === null) onSave({ template: template.trim(), on });
  };
  return (
    <Dialog title="Screen pop" onClose={onClose}>
      <form onSubmit={onSubmit} noValidate class="cmd-form">
        <Field
          label="Address of the caller's page"
          value={template}
          onInput={setTemplate}
          problem={isSubmitted ? problem : null}
          hint={`With ${popNames.map((name) => `{${name}}`).join(", ")}. Empty for none. Stored in this browser.`}
          isFirst
        />
        <SelectField
          label="Open it"
          value={on}
          options={momentOptions}
          onChange={(value) => setOn(popMoments.find((one) => one === value) ?? "click")}
        />
        <FormActions submit="Save" onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** Shows the page's actions: their dialogs, and a notice for each action under way or ended. Rendered once per page. */
import { useEffect, useRef } from "preact/hooks";
import { useStore } from "../ui/hooks.ts";
import { mayRetry } from "./action.ts";
import { callNow, ownerOf } from "./call-now.ts";
import { whyBlocked, whyCallersBlocked } from "./permission.ts";
import { CandidateDialog, ConfirmDialog } from "./questions.tsx";
import { randomKey } from "./random-key.ts";
import { changeOf } from "./shown-call.ts";
import { type Notice, noticeOf } from "./texts.ts";
import { type CommandTracker, questionOf, type TrackedAction } from "./tracker.ts";
import { useNameOf, useTracker } from "./use-command.ts";

/** How long the notice of an ended action is shown to a user who looks at the page, unless the view is left before. */
const shownMs: Readonly<Record<Exclude<Notice["kind"], "pending">, number>> = {
  done: 6_000,
  failed: 30_000,
  unknown: 60_000,
};

/** `label`: for screen readers, which tell parts of a page apart by it. */
export function CommandStatus({ label = "Actions" }: Readonly<{ label?: string }>) {
  const tracker = useTracker();
  const nameOf = useNameOf();
  const blocked = whyBlocked(useStore().freshness());
  const { actions } = tracker.state();
  const question = questionOf(tracker.state());
  const shown = actions.flatMap((tracked) => {
    const notice = noticeOf(tracked.action, nameOf);
    return notice ? [{ tracked, notice }] : [];
  });
  return (
    <section class="cmd-status" aria-label={label}>
      <Announcer notices={shown.map(({ notice }) => notice)} />
      {/* The newest first: the user is waiting for that one. */}
      <ul class="cmd-notices">
        {shown.toReversed().map(({ tracked, notice }) => (
          <NoticeItem key={tracked.id} tracker={tracker} tracked={tracked} notice={notice} blocked={blocked} />
        ))}
      </ul>
      {question && (
        <Question key={question.id} tracker={tracker} tracked={question} nameOf={nameOf} blocked={blocked} />
      )}
    </section>
  );
}

type QuestionProps = Readonly<{
  tracker: CommandTracker;
  tracked: TrackedAction;
  nameOf: (agent: string) => string;
  blocked: string | null;
}>;

function Question({ tracker, tracked: { id, action }, nameOf, blocked }: QuestionProps) {
  const cancel = (): void => tracker.input(id, { kind: "cancel" });
  const store = useStore();
  const { command, call } = action.intent;
  if (action.kind === "choosing")
    return (
      <CandidateDialog
        command={command}
        candidates={action.candidates}
        nameOf={nameOf}
        blocked={blocked}
        onChoose={(candidate) => tracker.input(id, { kind: "choose", candidate, newKey: randomKey() })}
        onCancel={cancel}
      />
    );
  const name = nameOf(ownerOf(command) ?? "");
  return (
    <ConfirmDialog
      intent={action.intent}
      nameOf={nameOf}
      blocked={blocked ?? whyCallersBlocked(store, command) ?? changeOf(command, call, callNow(store, command), name)}
      // The call may have changed since the last redraw.
      onConfirm={() => tracker.input(id, { kind: "confirm", call: callNow(store, command), agent: name })}
      onCancel={cancel}
    />
  );
}

/** Announces new notices to screen readers, without repeating the earlier ones. */
function Announcer({ notices }: Readonly<{ notices: readonly Notice[] }>) {
  const before = useRef<readonly string[]>([]);
  const latest = useRef("");
  const texts = notices.map(({ title, text }) => `${title} ${text}`.trim());
  const added = texts.filter((text) => !before.current.includes(text));
  if (added.length > 0 || texts.length === 0) latest.current = added.join(" ");
  useEffect(() => {
    before.current = texts;
  });
  return (
    <p class="ui-hidden" role="status">
      {latest.current}
    </p>
  );
}

type ItemProps = Readonly<{
  tracker: CommandTracker;
  tracked: TrackedAction;
  notice: Notice;
  blocked: string | null;
}>;

function NoticeItem({ tracker, tracked: { id, action }, notice, blocked }: ItemProps) {
  const ref = useRef<HTMLLIElement>(null);
  const { kind, title, text } = notice;
  useEffect(() => {
    if (kind === "pending") return;
    const timer = setInterval(() => {
      // Keep it while the user is elsewhere, reads it, or is about to press its button.
      const isRead = !document.hidden && !ref.current?.matches(":hover, :focus-within");
      if (isRead) tracker.input(id, { kind: "dismiss" });
    }, shownMs[kind]);
    return () => clearInterval(timer);
  }, [kind, id, tracker]);
  return (
    <li ref={ref} class="cmd-notice" data-kind={kind}>
      <span class="cmd-mark" aria-hidden="true" />
      <div class="cmd-notice-text">
        <strong>{title}</strong>
        {text !== "" && <p>{text}</p>}
      </div>
      {mayRetry(action) && blocked === null && (
        <button
          type="button"
          class="ui-button"
          aria-label={`Try again: ${title}`}
          onClick={() => tracker.input(id, { kind: "retry", newKey: randomKey() })}
        >
          Try again
        </button>
      )}
      {kind !== "pending" && (
        <button
          type="button"
          class="ui-button cmd-close"
          aria-label={`Dismiss: ${title}`}
          onClick={() => tracker.input(id, { kind: "dismiss" })}
        >
          <span aria-hidden="true">×</span>
        </button>
      )}
    </li>
  );
}

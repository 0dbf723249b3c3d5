/** Where actions are seen: questions that they ask, and how each ends. To be on the page once. */
import { useEffect, useRef } from "preact/hooks";
import { useStore } from "../ui/hooks.ts";
import { type Action, mayRetry } from "./action.ts";
import { type Desk, type Entry, questionOf, randomKey } from "./desk.ts";
import { whyBlocked } from "./permission.ts";
import { CandidateDialog, ConfirmDialog } from "./questions.tsx";
import { useDesk, useNameOf } from "./use-command.ts";
import { type Notice, noticeOf } from "./words.ts";

/** Long enough to be read; what failed stays until it is dismissed. */
const doneShownMs = 6_000;

export function CommandDesk() {
  const desk = useDesk();
  const nameOf = useNameOf();
  const blocked = whyBlocked(useStore().freshness());
  const { entries } = desk.state();
  const question = questionOf(desk.state());
  const told = entries.flatMap((entry) => {
    const notice = noticeOf(entry.action, nameOf);
    return notice ? [{ entry, notice }] : [];
  });
  return (
    <section class="cmd-desk" aria-label="Actions">
      <Announcer notices={told.map(({ notice }) => notice)} />
      {/* The last one first: it is the one that is waited for. */}
      <ul class="cmd-notices">
        {told.toReversed().map(({ entry, notice }) => (
          <NoticeItem key={entry.id} desk={desk} entry={entry} notice={notice} blocked={blocked} />
        ))}
      </ul>
      {question && <Question key={question.id} desk={desk} entry={question} nameOf={nameOf} blocked={blocked} />}
    </section>
  );
}

type QuestionProps = Readonly<{ desk: Desk; entry: Entry; nameOf: (agent: string) => string; blocked: string | null }>;

function Question({ desk, entry: { id, action }, nameOf, blocked }: QuestionProps) {
  const cancel = (): void => desk.input(id, { kind: "cancel" });
  const { command } = action.intent;
  if (action.kind === "choosing")
    return (
      <CandidateDialog
        command={command}
        candidates={action.candidates}
        nameOf={nameOf}
        blocked={blocked}
        onChoose={(candidate) => desk.input(id, { kind: "choose", candidate, newKey: randomKey() })}
        onCancel={cancel}
      />
    );
  return (
    <ConfirmDialog
      command={command}
      nameOf={nameOf}
      blocked={blocked}
      onConfirm={() => desk.input(id, { kind: "confirm" })}
      onCancel={cancel}
    />
  );
}

/** Screen readers are told what is new, and not all of it again. */
function Announcer({ notices }: Readonly<{ notices: readonly Notice[] }>) {
  const before = useRef<readonly string[]>([]);
  const latest = useRef("");
  const texts = notices.map(({ title, text }) => `${title} ${text}`.trim());
  const news = texts.filter((text) => !before.current.includes(text));
  if (news.length > 0) latest.current = news.join(" ");
  useEffect(() => {
    before.current = texts;
  });
  return (
    <p class="ui-hidden" role="status">
      {latest.current}
    </p>
  );
}

type ItemProps = Readonly<{ desk: Desk; entry: Entry; notice: Notice; blocked: string | null }>;

function NoticeItem({ desk, entry: { id, action }, notice, blocked }: ItemProps) {
  const ref = useRef<HTMLLIElement>(null);
  const { kind, title, text } = notice;
  useEffect(() => {
    if (kind !== "done") return;
    const timer = setInterval(() => {
      // Somebody is reading it or about to press its button.
      if (!ref.current?.matches(":hover, :focus-within")) desk.input(id, { kind: "dismiss" });
    }, doneShownMs);
    return () => clearInterval(timer);
  }, [kind, id, desk]);
  return (
    <li ref={ref} class="cmd-notice" data-kind={kind}>
      <span class="cmd-mark" aria-hidden="true" />
      <div class="cmd-notice-words">
        <strong>{title}</strong>
        {text !== "" && <p>{text}</p>}
      </div>
      {mayRetry(action) && blocked === null && (
        <button
          type="button"
          class="ui-button"
          aria-label={`${retryWord(action)}: ${title}`}
          onClick={() => desk.input(id, { kind: "retry", newKey: randomKey() })}
        >
          {retryWord(action)}
        </button>
      )}
      {kind !== "pending" && (
        <button
          type="button"
          class="ui-button cmd-close"
          aria-label={`Dismiss: ${title}`}
          onClick={() => desk.input(id, { kind: "dismiss" })}
        >
          <span aria-hidden="true">×</span>
        </button>
      )}
    </li>
  );
}

function retryWord(action: Action): string {
  return action.kind === "unknown" ? "Ask again" : "Try again";
}

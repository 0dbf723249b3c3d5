/** A modal question. The browser keeps the focus inside while it is open; it goes back to where it was. Escape is a no. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

type Props = Readonly<{ title: string; onClose: () => void; children: ComponentChildren }>;

export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isLeft = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      isLeft.current = true;
      dialog?.close();
      // The browser would do it, but not for a dialog that has left the document already.
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  const onCancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  // A second Escape closes it without asking; its own end is told as well, but too late to be an answer to anything.
  const onEnded = (): void => {
    if (!isLeft.current) onClose();
  };
  return (
    <dialog ref={ref} class="ui-dialog cmd-dialog" aria-labelledby={titleId} onCancel={onCancel} onClose={onEnded}>
      <h2 id={titleId} class="cmd-dialog-title">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

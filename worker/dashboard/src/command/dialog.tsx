/**
 * A modal dialog. The browser keeps the focus inside it; on closing, the focus returns to where it was. Escape cancels.
 */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

type Props = Readonly<{ title: string; onClose: () => void; children: ComponentChildren }>;

export function Dialog({ title, onClose, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const isUnmounted = useRef(false);
  // A layout effect, so that it is open before the next key.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      isUnmounted.current = true;
      dialog?.close();
      // The browser restores the focus too, but not for a dialog that is no longer in the document.
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  const onCancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  // The browser closes the dialog on a second Escape without a cancel event. The close event of our own `close()`
  // arrives after unmounting and is ignored.
  const onClosed = (): void => {
    if (!isUnmounted.current) onClose();
  };
  return (
    <dialog ref={ref} class="ui-dialog cmd-dialog" aria-labelledby={titleId} onCancel={onCancel} onClose={onClosed}>
      <h2 id={titleId} class="cmd-dialog-title">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

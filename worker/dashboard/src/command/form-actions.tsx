/** The buttons below a dialog's form: cancel, and submit. */
type Props = Readonly<{
  submit: string;
  onCancel: () => void;
  isBlocked?: boolean;
  isDestructive?: boolean;
}>;

export function FormActions({ submit, onCancel, isBlocked = false, isDestructive = false }: Props) {
  return (
    <div class="ui-actions">
      <button type="button" class="ui-button" onClick={onCancel}>
        Cancel
      </button>
      <button
        type="submit"
        class={`ui-button ${isDestructive ? "cmd-destructive" : "ui-primary"}`}
        aria-disabled={isBlocked}
      >
        {submit}
      </button>
    </div>
  );
}

/**
 * A link with a token was followed in a tab that is signed in with another one. Whoever made the link would otherwise
 * choose as whom the user goes on working, and what the page shows from now on.
 */
import { Dialog } from "../command/dialog.tsx";
import { checkToken, grantText } from "../store/token.ts";

type Props = Readonly<{
  /** The token of the link. */
  token: string;
  onReplace: () => void;
  onKeep: () => void;
}>;

export function ReplaceDialog({ token, onReplace, onKeep }: Props) {
  const check = checkToken(token, Date.now());
  return (
    <Dialog title="Replace this tab’s sign-in?" onClose={onKeep}>
      <p>This tab is signed in already, and the link holds another token.</p>
      <p>{check.ok ? `It grants ${grantText(check.claims)}.` : check.problem}</p>
      <div class="ui-actions">
        <button type="button" class="ui-button" data-first onClick={onKeep}>
          Stay signed in
        </button>
        {check.ok && (
          <button type="button" class="ui-button ui-primary" onClick={onReplace}>
            Use the link’s token
          </button>
        )}
      </div>
    </Dialog>
  );
}

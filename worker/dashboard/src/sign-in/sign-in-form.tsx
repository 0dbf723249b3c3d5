/** The sign-in form: a token, and a choice of site if the token grants several. The server checks the token first. */
import { useEffect, useRef, useState } from "preact/hooks";
import { allSites, checkToken, type SignedIn, siteChoices } from "../store/token.ts";
import { checkWithServer } from "./check.ts";

type Props = Readonly<{
  /** Why the user has to sign in again. */
  problem: string | null;
  /** A valid token that grants several sites, of which none has been chosen yet. */
  token: string | null;
  onSignedIn: (signedIn: SignedIn) => void;
}>;

export function SignInForm({ problem: initialProblem, token: initialToken, onSignedIn }: Props) {
  const [token, setToken] = useState(initialToken ?? "");
  const [site, setSite] = useState<string | null>(null);
  const [problem, setProblem] = useState(initialProblem);
  const [isChecking, setChecking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const check = checkToken(token.trim(), Date.now());
  const choices = check.ok ? siteChoices(check.claims) : [];
  const chosen = site !== null && choices.includes(site) ? site : choices[0];

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (isChecking) return;
    if (!check.ok || chosen === undefined) {
      setProblem(check.ok ? null : check.problem);
      field.current?.focus();
      return;
    }
    const signedIn = { token: token.trim(), site: chosen, claims: check.claims };
    setChecking(true);
    const refusal = await checkWithServer(signedIn);
    setChecking(false);
    setProblem(refusal);
    if (refusal === null) onSignedIn(signedIn);
    else field.current?.focus();
  }

  return (
    <form class="si-form" onSubmit={submit} aria-busy={isChecking}>
      <h1>Sign in</h1>
      <label for="si-token">Token</label>
      <textarea
        id="si-token"
        ref={field}
        class="ui-input si-token"
        rows={4}
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        aria-describedby="si-help"
        aria-invalid={problem !== null}
        value={token}
        onInput={(event) => {
          setToken(event.currentTarget.value);
          setProblem(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") void submit(event);
        }}
      />
      <p id="si-help" class="si-help">
        Your administrator creates it with <code>pnpm run token</code>. It is stored in this tab only.
      </p>
      {choices.length > 1 && (
        <>
          <label for="si-site">Site</label>
          <select
            id="si-site"
            class="ui-select"
            value={chosen}
            onChange={(event) => setSite(event.currentTarget.value)}
          >
            {choices.map((name) => (
              <option key={name} value={name}>
                {name === allSites ? "All sites" : name}
              </option>
            ))}
          </select>
        </>
      )}
      <p class="si-problem" role="alert">
        {problem}
      </p>
      <button class="ui-button ui-primary" type="submit">
        {isChecking ? "Checking…" : "Sign in"}
      </button>
    </form>
  );
}

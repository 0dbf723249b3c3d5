/** Signing in: paste a token, choose a site if it is for several. The server is asked before anything is shown as signed in. */
import { useEffect, useRef, useState } from "preact/hooks";
import { judgeToken, type SignedIn } from "../session.ts";
import { checkWithServer } from "./check.ts";

type Props = Readonly<{
  /** Why one has to sign in again. */
  fault: string | null;
  /** A token that is good, but for several sites. */
  token: string | null;
  onSignedIn: (signedIn: SignedIn) => void;
}>;

export function SignInForm({ fault: given, token: initial, onSignedIn }: Props) {
  const [token, setToken] = useState(initial ?? "");
  const [site, setSite] = useState<string | null>(null);
  const [fault, setFault] = useState(given);
  const [isAsking, setAsking] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const judged = judgeToken(token.trim(), Date.now());
  const sites = judged.ok ? judged.claims.sites : [];
  const chosen = site !== null && sites.includes(site) ? site : sites[0];

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (isAsking) return;
    if (!judged.ok || chosen === undefined) {
      setFault(judged.ok ? null : judged.fault);
      field.current?.focus();
      return;
    }
    const signedIn = { token: token.trim(), site: chosen, claims: judged.claims };
    setAsking(true);
    const refusal = await checkWithServer(signedIn);
    setAsking(false);
    setFault(refusal);
    if (refusal === null) onSignedIn(signedIn);
    else field.current?.focus();
  }

  return (
    <form class="si-form" onSubmit={submit} aria-busy={isAsking}>
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
        aria-invalid={fault !== null}
        value={token}
        onInput={(event) => {
          setToken(event.currentTarget.value);
          setFault(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") void submit(event);
        }}
      />
      <p id="si-help" class="si-help">
        Your administrator makes one with <code>pnpm run token</code>. It is kept in this tab only.
      </p>
      {sites.length > 1 && (
        <>
          <label for="si-site">Site</label>
          <select
            id="si-site"
            class="ui-select"
            value={chosen}
            onChange={(event) => setSite(event.currentTarget.value)}
          >
            {sites.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </>
      )}
      <p class="si-fault" role="alert">
        {fault}
      </p>
      <button class="ui-button ui-primary" type="submit">
        {isAsking ? "Asking the server …" : "Sign in"}
      </button>
    </form>
  );
}

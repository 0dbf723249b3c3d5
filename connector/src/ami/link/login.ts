/** AMI's login. The secret itself is sent only if the settings say so, otherwise its digest with a challenge. */
import type { ActionFields } from "./action.ts";

/**
 * Returns the MD5 digest of a text in hex. Provided by the shell, because this folder does no I/O and is independent of
 * the runtime.
 */
export type Md5 = (text: string) => string;

type Account = Readonly<{ username: string; secret: string; md5: Md5 }>;

/** `challenge` null: plain login. */
export function loginFields(account: Account, challenge: string | null): ActionFields {
  if (challenge === null)
    return [
      ["Username", account.username],
      ["Secret", account.secret],
    ];
  return [
    ["AuthType", "MD5"],
    ["Username", account.username],
    ["Key", account.md5(challenge + account.secret)],
  ];
}

export function challengeRefused(message: string): string {
  return `Asterisk offers no MD5 login (${message}); AMI_PLAIN_LOGIN=true would send the secret in plain text`;
}

export function loginRefused(message: string): string {
  return `Asterisk refused the login: ${message}; check AMI_USERNAME, AMI_SECRET and the account's permit lines`;
}

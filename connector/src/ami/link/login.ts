/** AMI's login, and what its refusal tells: the secret itself is sent only if the settings say so; otherwise a digest of a challenge. */
import type { ActionFields } from "./action.ts";

/** The digest of a text, in hex; given by the shell, for this part does no I/O and knows no runtime. */
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
  return `Asterisk offers no MD5 login (${message}); AMI_PLAIN_LOGIN=true would send the secret as it is`;
}

export function loginRefused(message: string): string {
  return `Asterisk refused the login: ${message}; check AMI_USERNAME, AMI_SECRET and the account's permit lines`;
}

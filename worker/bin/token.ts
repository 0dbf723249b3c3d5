/** `pnpm run token`: prints one token. The exit code is 2 for a wrong command line or setting. */
import { SignJWT } from "jose";
import { readDevVars } from "./dev-vars.ts";
import { checkSecret, readSettings } from "./settings.ts";
import { parseTokenCommand, tokenHelp } from "./token-options.ts";

function fail(message: string): never {
  process.stderr.write(`token: ${message}\n`);
  process.exit(2);
}

const command = parseTokenCommand(process.argv.slice(2), Date.now());
if (!command.ok) fail(`${command.message}\nTry: pnpm run token --help`);
if (command.value.kind === "help") process.stdout.write(tokenHelp);
else {
  const { claims, secret: secretOption } = command.value;
  const { exp, ...otherClaims } = claims;
  const secret = checkSecret(secretOption ?? readSettings(process.env, readDevVars()).secret);
  if (!secret.ok) fail(secret.message);
  const token = await new SignJWT(exp === undefined ? otherClaims : { ...otherClaims, exp })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setJti(crypto.randomUUID())
    .sign(new TextEncoder().encode(secret.value));
  process.stdout.write(`${token}\n`);
}

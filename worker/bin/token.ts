/** `pnpm run token`: prints one token. Exit code 2 for a wrong command line or setting. */
import { readFileSync } from "node:fs";
import { SignJWT } from "jose";
import { checkSecret, readSettings } from "./settings.ts";
import { parseTokenCommand, tokenHelp } from "./token-options.ts";

function fail(message: string): never {
  process.stderr.write(`token: ${message}\n`);
  process.exit(2);
}

function readDevVars(): string | undefined {
  try {
    return readFileSync(new URL("../../.dev.vars", import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}

const command = parseTokenCommand(process.argv.slice(2), Date.now());
if (!command.ok) fail(`${command.message}\nTry: pnpm run token --help`);
if (command.value.kind === "help") process.stdout.write(tokenHelp);
else {
  const { claims, secret: given } = command.value;
  const { exp, ...lasting } = claims;
  const secret = checkSecret(given ?? readSettings(process.env, readDevVars()).secret);
  if (!secret.ok) fail(secret.message);
  const token = await new SignJWT(exp === undefined ? lasting : { ...lasting, exp })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .sign(new TextEncoder().encode(secret.value));
  process.stdout.write(`${token}\n`);
}

/**
 * The least-rights account of manager.conf, as the connector prints it for administrators. The lab uses exactly that
 * text, so that it is known to work.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { accounts } from "./config.ts";

const connector = join(import.meta.dirname, "../../connector/src/main.ts");

export async function leastRights(): Promise<string> {
  const { username, secret } = accounts.least;
  const env = { PATH: process.env.PATH, AMI_USERNAME: username };
  const { stdout } = await promisify(execFile)(process.execPath, [connector, "--print-manager-conf"], { env });
  const text = stdout.replace(/^secret = .*$/m, `secret = ${secret}`);
  if (!text.includes(`[${username}]`) || !text.includes(secret))
    throw new Error(`--print-manager-conf printed no account with a secret:\n${stdout}`);
  return text;
}

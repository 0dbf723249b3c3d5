/**
 * What the connector prints for administrators: the least-rights account of manager.conf, and the dialplan snippet. The
 * lab uses exactly these texts, so that they are known to work.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { inherited } from "../harness/inherited.ts";
import { accounts, type Printed } from "./config.ts";

const connector = join(import.meta.dirname, "../../connector/src/main.ts");

export async function printedTexts(): Promise<Printed> {
  const { username, secret } = accounts.least;
  const [account, dialplan] = await Promise.all([print("--print-manager-conf"), print("--print-dialplan")]);
  const text = account.replace(/^secret = .*$/m, `secret = ${secret}`);
  if (!text.includes(`[${username}]`) || !text.includes(secret))
    throw new Error(`--print-manager-conf printed no account with a secret:\n${account}`);
  return { account: text, dialplan };
}

async function print(option: string): Promise<string> {
  const env = { ...inherited, AMI_USERNAME: accounts.least.username };
  return (await promisify(execFile)(process.execPath, [connector, option], { env })).stdout;
}

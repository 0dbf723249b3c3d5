/** `connector doctor` on a real Asterisk: what it says of each account, and of contexts that are missing. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { inherited } from "../../harness/inherited.ts";
import { type AccountName, accounts } from "../config.ts";
import { tlsName } from "../lab.ts";
import type { TestBed } from "../test-bed.ts";
import type { Scenario } from "./scenario.ts";

const main = join(import.meta.dirname, "../../../connector/src/main.ts");

function doctor(bed: TestBed, account: AccountName, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { address, installation } = bed.lab.place;
  const settings = {
    ...inherited,
    PBXIS_SITE: "hq",
    // Of the worker it says nothing here.
    PBXIS_EDGE_URL: "http://127.0.0.1:1",
    PBXIS_TOKEN: "none",
    ...installation.settings,
    AMI_HOST: address,
    AMI_USERNAME: accounts[account].username,
    AMI_SECRET: accounts[account].secret,
    ...env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--", main, "doctor"], { env: settings }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

function expectLines(text: string, present: readonly RegExp[], absent: readonly RegExp[] = []): void {
  for (const line of present) if (!line.test(text)) throw new Error(`the doctor does not say ${line}:\n${text}`);
  for (const line of absent) if (line.test(text)) throw new Error(`the doctor says ${line}:\n${text}`);
}

export const doctors: readonly Scenario[] = [
  {
    name: "the doctor finds what is right and what is missing, and changes nothing",
    run: async (bed) => {
      const context = bed.lab.place.installation.context;
      const healthy = [
        /^✓ Asterisk: connected to (16|22)\./m,
        /^✓ AMI account: has the rights for all commands$/m,
        /^✓ modules: parking, recording and digits are loaded$/m,
        /^✓ queues: \d+ queues with \d+ members/m,
        new RegExp(`^✓ dialplan: the context ${context} of PBXIS_ORIGINATE_CONTEXT exists$`, "m"),
        /^✓ dialplan: the context pbxis-edge has what pickCaller, pickup and spy need$/m,
        /^✓ clock: agrees with Asterisk's$/m,
        /^! agents: there is no hint for (.*, )?1007/m,
      ];
      const surplus = /^! Asterisk: the account has rights that the connector does not need: /m;
      expectLines(await doctor(bed, "least"), healthy, [surplus, /^✗ (Asterisk|AMI|queues)/m]);
      expectLines(await doctor(bed, "full"), [...healthy, surplus, /^✓ AMI account: sets its event filters itself$/m]);
      const tls = { AMI_TLS: "true", AMI_TLS_CA: bed.lab.certificate, AMI_TLS_SERVERNAME: tlsName };
      expectLines(await doctor(bed, "least", tls), healthy);
      expectLines(await doctor(bed, "least", { PBXIS_REDIRECT_CONTEXT: "nowhere" }), [
        /^! dialplan: there is no context nowhere, .*set PBXIS_REDIRECT_CONTEXT/m,
      ]);
      expectLines(await doctor(bed, "least", { PBXIS_EDGE_CONTEXT: "nowhere" }), [
        /^! dialplan: the context nowhere has no pick, pickup, spy, .*--print-dialplan/m,
      ]);
      expectLines(await doctor(bed, "least", { AMI_SECRET: "wrong" }), [/^✗ Asterisk: Asterisk refused the login/m]);
      expectLines(await doctor(bed, "least", { ...tls, AMI_TLS_SERVERNAME: "other.example" }), [
        /^✗ Asterisk: .*certificate/m,
      ]);
      return {};
    },
  },
];

export const freepbxDoctors: readonly Scenario[] = [
  {
    name: "the doctor knows FreePBX's dialplan, and the setting for it",
    run: async (bed) => {
      const contexts = ["ORIGINATE", "REDIRECT"].map(
        (name) => new RegExp(`^✓ dialplan: the context from-internal of PBXIS_${name}_CONTEXT exists$`, "m"),
      );
      expectLines(await doctor(bed, "least"), [/^✓ dialplan: is FreePBX's, as PBXIS_DIALECT says$/m, ...contexts]);
      expectLines(await doctor(bed, "least", { PBXIS_DIALECT: "" }), [
        /^! dialplan: looks like that of FreePBX or Issabel; set PBXIS_DIALECT=freepbx/m,
        /^! dialplan: there is no context default/m,
      ]);
      return {};
    },
  },
];

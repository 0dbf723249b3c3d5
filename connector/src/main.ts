/** The connector's command line. */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { managerConf } from "./ami/link/filter.ts";
import { cautions } from "./caution.ts";
import { dialplanSnippet } from "./command/snippet.ts";
import { type Config, describeSettings, edgeContextOf, parseConfig, unknownSettings } from "./config.ts";
import { startConnector } from "./connector.ts";
import { asJson, asText, hasProblem } from "./doctor/finding.ts";
import { examine, settingProblems } from "./doctor/start.ts";
import { readEnvFile } from "./env-file.ts";
import { createLog } from "./log.ts";
import { startRedaction } from "./redaction/start.ts";
import { claimSpool } from "./uplink/spool/claim.ts";
import { nodeProblem, programName, readVersion } from "./version.ts";

const help = `The pbxis-edge connector: publishes the queues and agents of an Asterisk to the worker, over one outbound connection.

Usage: ${programName} [options]
       ${programName} doctor [--json] [--env-file FILE]

doctor examines the settings, Asterisk and the worker, says what to do, and changes nothing. Its exit code is 0 only if
the connector can work; --json prints what it finds as JSON.

Options:
  --env-file FILE       read settings from FILE, too; environment variables override them
  --print-manager-conf  print an account for Asterisk's manager.conf
  --redact NUMBER       print what clients see of a number by the settings, to look for it (AP13) or to erase it (AP16)
  --print-dialplan      print the extensions that pickCaller, pickup and spy need, for Asterisk's extensions.conf
  --version             print the version
  -h, --help            print this help

Settings, from the environment:
${describeSettings()}

Signals: SIGUSR2 compares the model with Asterisk and logs the differences; SIGINT and SIGTERM stop the connector.
Exit code: 0 after SIGINT or SIGTERM, 1 after a defect, 2 for invalid options or settings; of doctor 0 or 1.
`;

/** Invalid options or settings: one line on stderr, exit code 2. */
function refuse(message: string): never {
  process.stderr.write(`connector: ${message}\n`);
  process.exit(2);
}

function readOptions() {
  // pnpm passes on the `--` that precedes a script's options.
  const args = process.argv.slice(2).filter((argument, index) => index > 0 || argument !== "--");
  try {
    const parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        "env-file": { type: "string" },
        "print-manager-conf": { type: "boolean", default: false },
        "print-dialplan": { type: "boolean", default: false },
        redact: { type: "string" },
        json: { type: "boolean", default: false },
        version: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [command, ...others] = parsed.positionals;
    if (others.length > 0 || (command !== undefined && command !== "doctor"))
      return refuse(`there is no command ${others[0] ?? command} (--help lists all)`);
    return { ...parsed.values, doctor: command === "doctor" };
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message.split(". ")[0] : error} (--help lists all options)`);
  }
}

function readEnvironment(file: string | undefined): Readonly<Record<string, string | undefined>> {
  if (file === undefined) return process.env;
  const read = readEnvFile(file);
  return read.ok ? { ...read.values, ...process.env } : refuse(read.message);
}

/**
 * Keeps V8's space for short-lived objects small. By default it grows with each burst and never shrinks: by 29 MB after
 * one regeneration of a thousand agents. A small space is collected more often, which costs less than 1 % of a core at
 * ten calls a second. Measured on Node 20 and 26; V8 reads the flag whenever the space may grow.
 */
function keepMemorySmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

async function run(config: Config, remarks: readonly string[]): Promise<void> {
  keepMemorySmall();
  const spool = config.spoolFile === null ? null : await claimSpool(config.spoolFile);
  if (spool?.ok === false) refuse(`PBXIS_SPOOL: ${spool.message}`);
  const version = readVersion();
  const { isOn, details, values } = startRedaction(config.redaction, config.site);
  const redact = isOn ? { details, text: values.text } : undefined;
  const { log, flush, end } = createLog(process.stdout, config.logLevel, redact);
  // A defect: the memory cannot be trusted any more, and a new process regenerates everything.
  process.on("uncaughtException", (error) => {
    log.fatal({ stack: error.stack }, `defect: ${error.message}`);
    flush();
    process.exit(1);
  });
  log.info(
    `connector ${version} for site ${config.site}: AMI at ${config.ami.host}:${config.ami.port}, uplink to ${config.uplinkUrl}`,
  );
  for (const warning of [...remarks, ...cautions(config), ...(spool?.warnings ?? [])]) log.warn(warning);
  const connector = startConnector({ ...config, spoolFile: spool?.path ?? null }, version, log);
  process.on("SIGUSR2", connector.audit);
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, async () => {
      if (isStopping) return;
      isStopping = true;
      log.info(`stopping after ${signal}`);
      await connector.stop();
      spool?.release();
      await end();
      process.exit(0);
    });
}

async function examineAndExit(
  parsed: ReturnType<typeof parseConfig>,
  remarks: readonly string[],
  isJson: boolean,
): Promise<never> {
  const findings = parsed.ok ? await examine(parsed.config, remarks) : settingProblems(parsed.faults);
  const text = isJson ? asJson(findings) : asText(findings);
  // Once all of it is written: an exit would cut it off.
  return new Promise(() => {
    process.stdout.write(text, () => process.exit(hasProblem(findings) ? 1 : 0));
  });
}

function printDialplan(environment: Parameters<typeof edgeContextOf>[0]): void {
  const edge = edgeContextOf(environment);
  if (typeof edge === "string") refuse(edge);
  process.stdout.write(dialplanSnippet(edge.context));
}

const problem = nodeProblem(process.versions.node);
if (problem) refuse(problem);
const options = readOptions();
if (options.help) process.stdout.write(help);
else if (options.version) process.stdout.write(`${readVersion()}\n`);
else if (options["print-manager-conf"]) process.stdout.write(managerConf(process.env.AMI_USERNAME || "pbxis"));
else if (options["print-dialplan"]) printDialplan(readEnvironment(options["env-file"]));
else {
  const environment = readEnvironment(options["env-file"]);
  const parsed = parseConfig(environment);
  if (options.doctor) await examineAndExit(parsed, unknownSettings(environment), options.json);
  else if (parsed.ok && options.redact !== undefined)
    process.stdout.write(
      `${startRedaction(parsed.config.redaction, parsed.config.site).values.number(options.redact)}\n`,
    );
  else if (parsed.ok) await run(parsed.config, unknownSettings(environment));
  else refuse(parsed.message);
}

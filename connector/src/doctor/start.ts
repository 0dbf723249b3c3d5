/**
 * `connector doctor`: connects to Asterisk and to the worker as the connector does, looks at what it finds, and changes
 * nothing. It may run beside a connector that works.
 */
import { type AmiConnection, connectAmi } from "../ami/socket.ts";
import { cautions } from "../caution.ts";
import { snippetExtensions, snippetQuestion } from "../command/snippet.ts";
import type { Config } from "../config.ts";
import { freepbxContexts } from "../dialect.ts";
import { isPresent } from "../model/state/presence.ts";
import type { Model } from "../model/state/state.ts";
import { createLeftOutInterfaces } from "../pipeline/left-out.ts";
import { createPipeline } from "../pipeline/pipeline.ts";
import { startRedaction } from "../redaction/start.ts";
import { type AsteriskFacts, examineAsterisk } from "./asterisk.ts";
import { type Finding, fine, problem, warning } from "./finding.ts";
import { askWorker } from "./socket.ts";
import { examineToken } from "./token.ts";
import { examineWorker } from "./worker.ts";

/** A big PBX may take this long to send its lists. */
const asteriskTimeoutMs = 60_000;

/** `remarks`: names in the environment that look like settings and are none. */
export async function examine(config: Config, remarks: readonly string[]): Promise<Finding[]> {
  const [asterisk, worker] = await Promise.all([
    lookAtAsterisk(config),
    askWorker(config.uplinkUrl, config.token).then(examineWorker),
  ]);
  return [
    fine("Node", process.versions.node),
    fine("settings", "are complete and valid"),
    ...[...remarks, ...cautions(config)].map((text) => warning("settings", text)),
    ...asterisk,
    examineToken(config.token, config.site, Date.now()),
    ...worker,
  ];
}

async function lookAtAsterisk(config: Config): Promise<Finding[]> {
  const pipeline = createPipeline(config.agentRule);
  const leftOut = createLeftOutInterfaces(config.agentRule, () => {});
  const warnings: string[] = [];
  let settle: (up: Readonly<{ version: string | null }> | string) => void = () => {};
  const settled = new Promise<Parameters<typeof settle>[0]>((resolve) => {
    settle = resolve;
  });
  const ami = connectAmi(config.ami, {
    onEvent: (event) => {
      pipeline.handle(event);
      leftOut.onAmiEvent(event);
    },
    onTick: (now) => void pipeline.tick(now),
    onUp: ({ asteriskVersion: version }) => settle({ version }),
    onDown: () => {},
    onEnded: (reason) => settle(reason),
    log: (level, message) => {
      if (level === "warn") warnings.push(message.replace(/^AMI: /, ""));
    },
  });
  const late = `it has not sent its lists within ${asteriskTimeoutMs / 1000} s`;
  const timer = setTimeout(() => settle(late), asteriskTimeoutMs);
  try {
    const up = await settled;
    if (typeof up === "string") return [problem("Asterisk", up, adviceFor(up))];
    const { version } = up;
    return examineAsterisk({
      version,
      rights: ami.rights(),
      sizes: pipeline.sizes(),
      withoutHint: withoutHint(pipeline.model),
      leftOut: startRedaction(config.redaction, config.site, pipeline.lookup.isAgent).leftOut(leftOut.current()),
      contexts: await contextsOf(ami, config),
      dialect: config.dialect,
      lacksOfFreepbx: await lacksOfFreepbx(ami),
      snippet: await snippetIn(ami, config.commands.edgeContext),
      clockOffsetMs: await clockOffset(ami),
      warnings,
    });
  } finally {
    clearTimeout(timer);
    ami.stop();
  }
}

/** Some reasons name their remedy already. */
function adviceFor(reason: string): string | null {
  if (reason.includes("AMI_")) return null;
  return "check AMI_HOST, AMI_PORT and AMI_TLS, and that manager.conf has enabled = yes";
}

function withoutHint({ agents }: Model): string[] {
  return [...agents.values()].filter((agent) => isPresent(agent) && agent.hints.size === 0).map(({ id }) => id);
}

async function contextsOf(ami: AmiConnection, { commands }: Config): Promise<AsteriskFacts["contexts"]> {
  const settings = [
    ["PBXIS_ORIGINATE_CONTEXT", commands.originateContext],
    ["PBXIS_REDIRECT_CONTEXT", commands.redirectContext],
  ] as const;
  return Promise.all(
    settings.map(async ([setting, context]) => {
      const value = await variable(ami, `DIALPLAN_EXISTS(${context})`);
      return { setting, context, exists: value === null || value === "" ? null : value === "1" };
    }),
  );
}

async function lacksOfFreepbx(ami: AmiConnection): Promise<AsteriskFacts["lacksOfFreepbx"]> {
  const values = await Promise.all(freepbxContexts.map((context) => variable(ami, `DIALPLAN_EXISTS(${context})`)));
  if (values.some((value) => value !== "0" && value !== "1")) return null;
  return freepbxContexts.filter((_context, index) => values[index] === "0");
}

async function snippetIn(ami: AmiConnection, context: string): Promise<AsteriskFacts["snippet"]> {
  const values = await Promise.all(snippetExtensions.map((name) => variable(ami, snippetQuestion(name, context))));
  if (values.some((value) => value !== "0" && value !== "1")) return { context, missing: null };
  return { context, missing: snippetExtensions.filter((_name, index) => values[index] === "0") };
}

async function clockOffset(ami: AmiConnection): Promise<number | null> {
  const asked = Date.now();
  const seconds = Number(await variable(ami, "EPOCH"));
  // Whole seconds, cut.
  return seconds > 0 ? seconds * 1000 + 500 - (asked + Date.now()) / 2 : null;
}

/** Null if Asterisk does not say. */
async function variable(ami: AmiConnection, name: string): Promise<string | null> {
  const answer = await ami.request("Getvar", [["Variable", name]]);
  return answer.kind === "answered" && answer.ok ? (answer.fields.get("Value") ?? null) : null;
}

/** For settings that cannot be used: nothing else can be examined. */
export function settingProblems(faults: readonly string[]): Finding[] {
  return faults.map((fault) =>
    problem("settings", fault, fault.endsWith(" is missing") ? "--help says what it means" : null),
  );
}

/** What `connector doctor` finds, and how it prints it: a line for each finding, or JSON. */

/** `problem`: without a remedy this center cannot work. `advice` says what to do. */
export type Finding = Readonly<{
  mark: "ok" | "warning" | "problem";
  /** What was examined, such as `Asterisk`. */
  subject: string;
  text: string;
  advice: string | null;
}>;

export function fine(subject: string, text: string): Finding {
  return { mark: "ok", subject, text, advice: null };
}

export function warning(subject: string, text: string, advice: string | null = null): Finding {
  return { mark: "warning", subject, text, advice };
}

export function problem(subject: string, text: string, advice: string | null = null): Finding {
  return { mark: "problem", subject, text, advice };
}

export function hasProblem(findings: readonly Finding[]): boolean {
  return findings.some(({ mark }) => mark === "problem");
}

const signs = { ok: "✓", warning: "!", problem: "✗" } as const;

export function asText(findings: readonly Finding[]): string {
  const lines = findings.map(({ mark, subject, text, advice }) => {
    const what = `${signs[mark]} ${subject}: ${text}`;
    return advice === null ? what : `${what}; ${advice}`;
  });
  const count = (mark: Finding["mark"]) => findings.filter((finding) => finding.mark === mark).length;
  return [...lines, `problems: ${count("problem")}, warnings: ${count("warning")}`, ""].join("\n");
}

export function asJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: !hasProblem(findings), findings }, null, 2)}\n`;
}
